"""From the event record to measures: spells, counts as DfE counts them, comparison and variation across authorities."""
