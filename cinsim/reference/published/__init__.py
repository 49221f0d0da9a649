"""Building the reference tables from the statistics as the Department for Education and the ONS publish them."""
