// Written by cinsim.native.generator from the model's source: change that, not this.
#include "boundary.hpp"
enum class Stage : i64 { OUT, SCREENING, ASSESSMENT, SHORT_HELP, CHILD_IN_NEED, CHILD_PROTECTION, LOOKED_AFTER, DISABILITY_SERVICE, CARE_LEAVER };
enum class News : i64 { DECIDED, SEEN, ASSESSED, ENQUIRED, CONFERENCE, REVIEWED, CONCERN };
struct Given;
struct Outcome;
struct World;
struct Service;
struct Case;
struct Child;
struct WorkerRow;
struct Parameters;
struct Calendar;
struct ChildTables;
struct ReferralTimes;
struct Practice;
struct Office;
struct Profiles;
struct Staffing;
struct Effect;
struct Worker;
struct Team;
struct Diary;
struct Post;
struct Task;
struct LeadPractitionerPolicy;
struct Arrivals;
struct KnownChild;
struct OpenCase;
struct Assessment;
struct EarlyHelp;
struct Waiting;
struct Rates;
struct Ramp;
struct ConferenceDiary;
struct Thresholds;
struct ThresholdPolicy;
struct Help;
struct PlanQuality;
struct Rules;
struct Feedbacks;
struct VisitPolicy;
struct Interval;
struct ReviewPolicy;
struct AssessmentPolicy;
struct FamilyHelp;
struct Demand;
struct Children;
struct NeedGrid;
struct PostHistory;
struct Absences;
struct Listed;
struct Course;
struct Given {
  Parameters* p{};
  Staffing* staffing{};
  Practice* practice{};
  Calendar* calendar{};
  ChildTables* tables{};
  ReferralTimes* referrals{};
  Profiles* profiles{};
  List<std::tuple<double, i64, double, double>>* arrivals{};
  List<KnownChild*>* known{};
  Dict<i64, OpenCase*>* cases{};
  List<std::tuple<double, i64, i64>>* leaving{};
};
struct Outcome {
  List<WorkerRow*>* workers{};
  List<std::tuple<double, i64, double, double, double, double>>* notes{};
};
struct World {
  Service* service{};
  Arrivals* arrivals{};
};
struct Service {
  Dict<i64, Child*>* known{};
  Office* office{};
  Environment* env{};
  Record* write{};
  Items<double> _eighteen{};
  List<i64>* need_category{};
  Practice* practice{};
  Dict<Str, Stream>* luck{};
  Dict<i64, double>* hours{};
  Fn<void(Task*, Worker*, double)> record_work{};
  ConferenceDiary* conference_diary{};
  Parameters* p{};
  ChildTables* tables{};
  double _concern_fade{};
  Items<float> _need{};
  List<i64>* _quarter{};
  Calendar* calendar{};
  double conference_report_hours{};
  Profiles* profiles{};
  List<double>* demand_rise{};
  ReferralTimes* referrals{};
};
struct Case {
  i64 number{};
  i64 episode{};
  List<Task*>* tasks{};
  Worker* holder{};
  List<Task*>* asked{};
  double points{};
  bool urgent{};
  Waiting* waiting{};
  Team* team{};
  IntSet roles{};
  bool held{};
};
struct WorkerRow {
  i64 number{};
  i64 role{};
  i64 team{};
  double fte{};
  bool agency{};
  i64 post{};
  double started{};
  double left{};
  bool newly_qualified{};
};
struct Parameters {
  double hours_handover{};
  double newly_qualified_workload{};
  double care_leaver_shape{};
  double care_leaver_scale_days{};
  double disability_service_shape{};
  double disability_service_scale_days{};
  double points_looked_after{};
  double care_length_shape{};
  double care_length_scale_days{};
  double care_ends_adopted{};
  double care_ends_arrangements_order{};
  double care_ends_guardianship{};
  double care_ends_home_with_plan{};
  double visit_lead_share{};
  double visit_not_achieved_share{};
  double hard_to_reach_visit_not_achieved{};
  double hard_to_reach_share{};
  double detection_per_visit{};
  double repeat_enquiry_margin{};
  double concern_half_life_months{};
  double visit_not_achieved_hours_share{};
  double visit_retry_days{};
  double cin_visit_retry_days{};
  double review_lead_share{};
  double conference_postponed_days{};
  double review_postponed_share{};
  double hours_conference_report{};
  double conferences_per_chair_day{};
  double core_group_interval_working_days{};
  double points_cpp{};
  double first_core_group_working_days{};
  double review_error_sd{};
  double early_review_notice_days{};
  double early_review_after_days{};
  double early_review_margin{};
  double conference_error_sd{};
  double step_down_share{};
  double points_cin_plan{};
  double family_withdraws_per_review{};
  double first_visit_within_days{};
  double assessment_short_days{};
  double report_lead_days{};
  double assessment_length_median_days{};
  double assessment_length_sigma{};
  double assessment_overrun_share{};
  double assessment_quick_share{};
  double assessment_overrun_days{};
  double assessment_slack_days{};
  double enquiry_error_sd{};
  double icpc_limit_working_days{};
  double conference_margin_days{};
  double points_section_47{};
  double enquiry_days{};
  double conference_notice_days{};
  double conference_postponed_share{};
  double points_short_help{};
  double help_short{};
  double short_help_median_days{};
  double short_help_sigma{};
  double assessment_error_sd{};
  double points_assessment{};
  double disability_service_share{};
  double screening_error_sd{};
  double concern_sd{};
  double hours_screening{};
  double hours_assessment_session{};
  double hours_travel{};
  double hours_assessment_report{};
  double hours_approval{};
  double hours_section_47_session{};
  double hours_short_help_session{};
  double hours_cin_visit{};
  double hours_cpp_visit{};
  double hours_cin_review{};
  double hours_core_group{};
  double hours_conference_chairing{};
  double hours_looked_after_visit{};
  double hours_closure{};
  double agency_stint_months{};
  double notice_weeks{};
  double leave_spell_days{};
  double supervision_interval_working_days{};
  double cover_after_days{};
  double thin_after_days{};
  double thin_share{};
  double supervisor_casework_share{};
  double newly_qualified_settling_in_weeks{};
  double settling_in_weeks{};
  double settling_in_share{};
  double workload_leaving_gain{};
  double overload_felt_from{};
  double hours_supervision{};
  double leave_days_per_year{};
  double sickness_spell_median_days{};
  double sickness_spell_sigma{};
  double workload_sickness_gain{};
  double recruitment_weeks{};
  double early_leaving_ratio{};
  double early_service_years{};
};
struct Calendar {
  Dict<std::tuple<i64, i64>, i64>* _after_months{};
  List<i64>* _ordinals{};
  i64 _first_ordinal{};
  List<i64>* _time_of_day{};
  Date first{};
  i64 days{};
};
struct ChildTables {
  Array<double> eighteen{};
  List<i64>* need_category{};
  Array<double> leaves{};
  Array<float> need{};
  List<i64>* quarter{};
};
struct ReferralTimes {
  Stream _extra_luck{};
  List<double>* _leaves{};
  double _end{};
  Items<float> _need{};
  List<double>* _edge_list{};
  List<double>* _season_list{};
  List<double>* _age_days_list{};
  List<double>* _known_list{};
  List<double>* _help_list{};
  List<double>* _birth{};
  List<i64>* _quarter{};
  List<double>* _age_list{};
  List<double>* _mid_list{};
  List<double>* _clock_list{};
  Stream _luck{};
};
struct Practice {
  LeadPractitionerPolicy* lead_practitioner{};
  EarlyHelp* early_help{};
  ThresholdPolicy* thresholds{};
  Help* help{};
  PlanQuality* plan_quality{};
  VisitPolicy* visits{};
  ReviewPolicy* reviews{};
  AssessmentPolicy* assessment{};
  FamilyHelp* family_help{};
  Demand* demand{};
};
struct Office {
  Staffing* staffing{};
  List<std::tuple<double, i64, double, double, double, double>>* notes{};
  List<Worker*>* workers{};
  Record* write{};
  Environment* env{};
  Parameters* p{};
  Effect* _lead_effect{};
  Dict<i64, Team*>* teams{};
  Dict<i64, Diary*>* _supervisors{};
  i64 _elsewhere{};
  List<PostHistory*>* _histories{};
  Draws draws{};
  double overtime_limit{};
  double agency_stint_mean{};
  double notice_days{};
  double leave_spell_days{};
  double days_between_supervisions{};
  IntSet case_holding_roles{};
  double cover_after_days{};
  double thin_after_days{};
  double thin_share{};
  Absences* _absences{};
  Stream _resigns{};
  Until* _pooling{};
  Until* _rules_change{};
};
struct Profiles {
  List<double>* abuse{};
  List<double>* sources{};
};
struct Staffing {
  double hours_factor{};
  List<Post*>* posts{};
  Dict<i64, Rates*>* rates{};
  Rules* rules{};
};
struct Effect {
  double detection_ratio{};
  double help_ratio{};
  double escalation_shift{};
};
struct Worker {
  i64 number{};
  i64 role{};
  Team* team{};
  double fte{};
  bool agency{};
  i64 post{};
  double started{};
  double left{};
  Diary* diary{};
  Dict<i64, Case*>* cases{};
  double limit{};
  bool long_away{};
  bool under_notice{};
  double points{};
  double load{};
  Effect* effect{};
  double day_hours{};
  Office* office{};
  double settled{};
  Process* tenure{};
  double available{};
  double unused{};
  double note_at{};
  double overtime{};
  double _nothing_but_work_until{};
  double moment{};
  Recurring* _morning{};
  double _leave_at{};
  i64 luck{};
  double _supervised_at{};
  double _sick_at{};
  i64 asked{};
  i64 _absences{};
  Opt<std::tuple<i64, double, double>> _well{};
};
struct Team {
  i64 code{};
  Dict<IntSet, List<std::tuple<i64, double, i64, Waiting*>>*>* _waiting{};
  Office* office{};
  Dict<IntSet, List<Worker*>*>* _eligible{};
  List<Worker*>* workers{};
  i64 _count{};
  Diary* pool{};
};
struct Diary {
  Dict<i64, List<Task*>*>* future{};
  List<std::tuple<double, i64, Task*>>* ready{};
  i64 _count{};
  i64 _opened{};
};
struct Post {
  i64 role{};
  i64 team{};
  Listed* listed{};
  i64 number{};
  double opens{};
  double closes{};
  double fte{};
};
struct Task {
  double due{};
  i64 kind{};
  Diary* diary{};
  Case* case_{};
  double hours{};
  double booked{};
  double hours_left{};
  Fn<void(Task*, Worker*, double)> done{};
};
struct LeadPractitionerPolicy {
  Effect* effect{};
  double approval_hours{};
  double supervision_hours_per_month{};
  double share{};
  Ramp* ramp{};
  IntSet eligible{};
  double medium_from{};
  double high_from{};
};
struct Arrivals {
  Service* _service{};
  List<std::tuple<double, i64, double, double>>* _left{};
  Until* _next{};
};
struct KnownChild {
  i64 number{};
  double help{};
  i64 previous_cpps{};
  i64 stage{};
  double closed_at{};
  double stage_quarters{};
  double open_quarters{};
};
struct OpenCase {
  i64 source{};
  double referred{};
  double since{};
  Stage stage{};
  double assessed_since{};
  double enquired_since{};
};
struct Assessment {
  double due{};
  double started{};
  double planned{};
};
struct EarlyHelp {
  double benefit{};
  Ramp* ramp{};
  double capacity_before{};
  double capacity_after{};
  double step_down_before{};
  double step_down_after{};
  double hold_without_place{};
};
struct Waiting {
  Case* case_{};
  double since{};
};
struct Rates {
  Ramp* ramp{};
  std::tuple<double, double> limit{};
  std::tuple<double, double> vacancy{};
  std::tuple<double, double> turnover{};
  std::tuple<double, double> sickness{};
  std::tuple<double, double> cover{};
};
struct Ramp {
  double start{};
  double full{};
};
struct ConferenceDiary {
  Dict<i64, i64>* booked{};
  Dict<i64, i64>* _weeks{};
};
struct Thresholds {
  double section_47{};
  double open_case_shift{};
  double conference{};
  double child_protection{};
  double screening{};
  double in_need{};
  double plan{};
  double care{};
  double close_plan{};
  double end_protection{};
};
struct ThresholdPolicy {
  Ramp* ramp{};
  Thresholds* own{};
  Thresholds* target{};
};
struct Help {
  double per_protection_visit{};
  double protection_reference_gap{};
  double per_visit{};
  double reference_gap{};
  double half_gap{};
  double half_life{};
};
struct PlanQuality {
  double help_gain{};
  double share_before{};
  Ramp* ramp{};
  double share_after{};
  double error_reduction{};
};
struct Rules {
  Ramp* ramp{};
  Feedbacks* feedbacks{};
  std::tuple<double, double> overtime{};
  bool pooled_supervisors{};
  std::tuple<double, double> administration{};
  std::tuple<double, double> contract{};
  std::tuple<double, double> training{};
  double recruitment_delay{};
};
struct Feedbacks {
  bool lateness_to_detection{};
  bool workload_to_sickness{};
  bool workload_to_leaving{};
};
struct VisitPolicy {
  Interval* cpp{};
  Interval* looked_after{};
  Interval* disabled{};
  Interval* cin{};
};
struct Interval {
  Ramp* ramp{};
  double before{};
  Dict<i64, double>* by_category{};
  double after{};
};
struct ReviewPolicy {
  Ramp* ramp{};
  std::tuple<i64, i64, i64> before{};
  std::tuple<i64, i64, i64> after{};
};
struct AssessmentPolicy {
  Ramp* ramp{};
  double before{};
  double after{};
  Opt<double> checkpoint{};
  double window{};
};
struct FamilyHelp {
  bool merged{};
  Ramp* ramp{};
};
struct Demand {
  Dict<i64, double>* by_source{};
  double overall{};
  Dict<i64, double>* by_need{};
  Ramp* ramp{};
};
struct NeedGrid {
  Array<float> need{};
};
struct PostHistory {
  Office* office{};
  Opt<double> place{};
  Post* post{};
  Stream _start{};
  Rates* rates{};
  double _change{};
  Stream _lasted{};
  Stream _tenure{};
  std::tuple<Course*, Course*> _stay{};
  Stream _vacancy{};
  std::tuple<Course*, Course*> _gap{};
  double _gap_change{};
  Stream _cover{};
  Stream _stint{};
  Fn<double()> _ends{};
  Until* _waits{};
};
struct Absences {
  Stream _length{};
  double _median{};
  double _sigma{};
  Stream _sickness{};
  double _mean{};
  double _after{};
  double _before{};
  Stream _leave{};
};
struct Listed {
  bool permanent{};
  double day{};
  Opt<double> served{};
  bool agency{};
};
struct Course {
  double early_days{};
  double early{};
  double late{};
};
struct Child : Case {
  Stage stage{};
  Process* process{};
  std::tuple<double, i64, i64> foreseen{};
  i64 candidates{};
  i64 extras{};
  Until* awaited{};
  Assessment* assessment{};
  bool steps_down{};
  double help{};
  double closed_at{};
  List<News>* inbox{};
  SimEvent* wake{};
  Opt<std::tuple<Task*, Task*, i64, i64>> review{};
  double enquired{};
  double elapsed{};
  double plan_since{};
  double last_seen{};
  i64 plans{};
  double rhythm{};
  i64 visits{};
  i64 enquired_on{};
  double concern{};
  double concern_since{};
  bool high_quality{};
  i64 need_category{};
  i64 judgements{};
  i64 previous_cpps{};
  Environment* env{};
  bool family_help{};
  double enquiry_elapsed{};
  i64 enquiries{};
  double referred_at{};
  i64 source{};
};
Outcome* simulation_world_simulate(Environment* env, Draws draws, Record* write, Given* given, double end);
World* simulation_world_begin(Environment* env, Draws draws, Record* write, Given* given);
Outcome* simulation_world_finish(Service* service);
void pathway_visits_drop_visits(Child* child, Service* service);
Outcome* new_Outcome(List<WorkerRow*>* workers, List<std::tuple<double, i64, double, double, double, double>>* notes);
std::tuple<i64, List<i64>*> workforce_office_supervised_teams(Staffing* staffing);
List<WorkerRow*>* Office_rows(Office* self);
WorkerRow* Worker_row(Worker* self);
WorkerRow* new_WorkerRow(i64 number, i64 role, i64 team, double fte, bool agency, i64 post, double started, double left, bool newly_qualified);
List<Task*>* Case_drop_tasks(Case* self, Opt<IntSet> kinds);
void Office_init(Office* self, Environment* env, Parameters* p, Draws draws, Record* write, Staffing* staffing, Effect* lead_effect);
Office* new_Office(Environment* env, Parameters* p, Draws draws, Record* write, Staffing* staffing, Effect* lead_effect);
void Service_init(Service* self, Environment* env, Parameters* p, Calendar* calendar, Draws draws, Record* write, ChildTables* tables, ReferralTimes* referrals, Practice* practice, Office* office, Profiles* profiles);
Service* new_Service(Environment* env, Parameters* p, Calendar* calendar, Draws draws, Record* write, ChildTables* tables, ReferralTimes* referrals, Practice* practice, Office* office, Profiles* profiles);
void Arrivals_init(Arrivals* self, Service* service, List<std::tuple<double, i64, double, double>>* left);
Arrivals* new_Arrivals(Service* service, List<std::tuple<double, i64, double, double>>* left);
void simulation_taking_over_take_over_all(Service* service, List<KnownChild*>* known, Dict<i64, OpenCase*>* cases);
Gen<void> Arrivals_live(Arrivals* self);
Gen<void> pathway_journey_leavers(Service* service, List<std::tuple<double, i64, i64>>* leaving);
World* new_World(Service* service, Arrivals* arrivals);
double Service_eighteenth_birthday(Service* self, i64 number);
void Child_init(Child* self, Environment* env, i64 number, i64 need_category);
Child* new_Child(Environment* env, i64 number, i64 need_category);
double pathway_journey_next_referral(Child* child, Service* service, double since, Opt<double> first, Opt<double> extra);
double Arrivals__time_of_next(Arrivals* self);
Gen<void> pathway_journey__first_journey(Child* child, Service* service, double at);
void pathway_screening_refer(Child* child, Service* service);
Gen<void> pathway_journey_journey(Child* child, Service* service, Stage stage);
Gen<i64> pathway_journey_episode(Child* child, Service* service, Stage stage);
void pathway_closure_close(Child* child, Service* service, i64 reason);
Gen<bool> pathway_journey__is_referred(Child* child, Service* service);
void pathway_assessment_complete_assessment(Child* child, Service* service);
void Case_drop_asked(Case* self);
bool EarlyHelp_has_place(EarlyHelp* self, double u, double time);
void Service_record(Service* self, Child* child, i64 event, i64 detail, double due, double value);
void Office_release(Office* self, Case* case_);
Task* Office_ask(Office* self, Diary* diary, i64 kind, Case* case_, double hours, double booked, double due, Fn<void(Task*, Worker*, double)> done);
void Diary_init(Diary* self);
Diary* new_Diary();
void Office_record_work(Office* self, Task* task, Worker* worker, double now);
void Task_init(Task* self, i64 kind, Case* case_, double hours, double booked, double due, Fn<void(Task*, Worker*, double)> done);
Task* new_Task(i64 kind, Case* case_, double hours, double booked, double due, Fn<void(Task*, Worker*, double)> done);
void Diary_add(Diary* self, Task* task);
void Diary__make_ready(Diary* self, Task* task);
void Worker_let_go(Worker* self, Case* case_);
void Team_allocate_waiting(Team* self);
Worker* Team__least_loaded(Team* self, Case* case_);
void Team__give(Team* self, Case* case_, Worker* worker);
void Worker_take(Worker* self, Case* case_);
void Office_note_new_holder(Office* self, Case* case_, Worker* worker, bool first);
Task* Case_plan_task(Case* self, i64 kind, double hours, double booked, double due, Fn<void(Task*, Worker*, double)> done);
void Worker_weigh(Worker* self, double points);
double Office_limit_of(Office* self, i64 role, double fte);
Rates* Office_rates_of(Office* self, i64 role);
double Ramp_blend(Ramp* self, double before, double after, double time);
double Ramp_at(Ramp* self, double time);
Gen<Either<Stage>> pathway_screening_screening(Child* child, Service* service);
Gen<Either<Stage>> pathway_assessment_assessment(Child* child, Service* service);
Gen<i64> pathway_short_help_short_help(Child* child, Service* service);
Gen<Either<Stage>> pathway_child_in_need_child_in_need(Child* child, Service* service);
Gen<Either<Stage>> pathway_child_protection_child_protection(Child* child, Service* service);
Gen<Either<Stage>> pathway_looked_after_looked_after(Child* child, Service* service);
Gen<Either<Stage>> pathway_looked_after_disability_service(Child* child, Service* service);
Gen<i64> pathway_looked_after_care_leaver(Child* child, Service* service);
Either<Stage> pathway_journey_leave(Child* child, Service* service, i64 because);
Either<Stage> pathway_looked_after_at_eighteen(Child* child, Service* service);
void pathway_closure_end_stage_early(Child* child, Service* service, i64 reason);
void pathway_child_in_need_end_plan(Child* child, Service* service, i64 detail);
Either<Stage> pathway_child_protection_end_plan(Child* child, Service* service, Either<Stage> outcome);
i64 pathway_child_protection__cancel_review(Child* child, Service* service);
void ConferenceDiary_init(ConferenceDiary* self);
ConferenceDiary* new_ConferenceDiary();
void ConferenceDiary_cancel(ConferenceDiary* self, i64 day);
void Case_drop_task(Case* self, Task* task);
void ConferenceDiary__add(ConferenceDiary* self, i64 day, i64 number);
double pathway_looked_after__time_left(double u, double shape, double scale, double elapsed);
double engine_clock_on_grid(double time);
double engine_variates_weibull(double u, double shape, double scale);
double Service_record_start(Service* self, Child* child, i64 event, i64 detail);
void Office_assign(Office* self, Case* case_, i64 team, double points, bool urgent, IntSet roles);
void pathway_visits_plan_visit(Child* child, Service* service);
Either<Stage> pathway_looked_after_leave_care(Child* child, Service* service, i64 outcome);
i64 engine_variates_choice(double u, List<double>* cumulative);
List<double>* pathway_looked_after__outcomes(Parameters* p);
double pathway_visits_interval(Child* child, Service* service);
bool Service_late_visits_see_late(Service* self);
void pathway_visits__see_when_due(Child* child, Service* service, double due);
void pathway_visits__visited(Task* task, Worker* worker, double now, Service* service, bool seen_when_due);
Task* Service_plan_work(Service* self, Case* child, i64 kind, double booked, double due, Fn<void(Task*, Worker*, double)> done);
i64 pathway_visits_kind_of_visit(Stage stage);
void pathway_visits__not_achieved(Task* task, Worker* worker, double now, Service* service);
void pathway_visits__help(Child* child, Worker* worker, double gap, Service* service);
bool pathway_visits__sees_concern(Child* child, Worker* worker, Service* service);
void Child_tell(Child* self, News news);
double Service_severity(Service* self, Child* child);
bool policy_thresholds_needs_care(double seen, Thresholds* thresholds);
Thresholds* Service_thresholds(Service* self);
bool policy_thresholds_needs_section_47(double seen, Thresholds* thresholds);
Thresholds* Service_open_case_thresholds(Service* self, Child* child);
bool Service_is_new_concern(Service* self, Child* child, double severity);
Effect* Office_effect_of(Office* self, i64 role);
Thresholds* Thresholds_for_open_case(Thresholds* self);
Thresholds* policy_thresholds__for_open_case(Thresholds* t);
Thresholds* ThresholdPolicy_at(ThresholdPolicy* self, double time);
Thresholds* policy_thresholds__between(Thresholds* own, Thresholds* target, double share);
Thresholds* Thresholds_towards(Thresholds* self, Thresholds* other, double share);
Thresholds* new_Thresholds(double screening, double in_need, double plan, double section_47, double conference, double child_protection, double care, double close_plan, double end_protection, double open_case_shift);
double Help_dose(Help* self, double gap, bool protection);
double PlanQuality_help_ratio(PlanQuality* self, bool high);
Feedbacks* Rules_feedbacks_at(Rules* self, double time);
double Interval_at(Interval* self, double time, i64 need_category);
void Office_reweigh(Office* self, Case* case_, double points);
void Team_allocate(Team* self, Case* case_);
Waiting* new_Waiting(Case* case_, double since);
SimEvent* Child_news(Child* self);
Opt<Either<Stage>> pathway_child_protection_review(Child* child, Service* service);
void pathway_child_protection_start_plan(Child* child, Service* service);
void pathway_child_protection_plan_review(Child* child, Service* service, bool first, double elapsed);
i64 Calendar_after_months(Calendar* self, double time, i64 months);
i64 ReviewPolicy_cpp_months(ReviewPolicy* self, double time, bool first);
i64 pathway_conferences_book(Service* service, double earliest, double target);
double engine_variates_exponential(double u);
void pathway_child_protection__hold_review(Child* child, Service* service, i64 day, i64 due);
Diary* Team_duty(Team* self);
i64 ConferenceDiary_book(ConferenceDiary* self, i64 first, i64 last, i64 a_day, i64 a_week);
bool ConferenceDiary__has_room(ConferenceDiary* self, i64 day, i64 a_day, i64 a_week);
i64 ReviewPolicy__at(ReviewPolicy* self, double time, i64 which);
Date engine_clock_add_months_to_date(Date day, i64 months);
Date Calendar_date_at(Calendar* self, double time);
i64 Calendar_time_of(Calendar* self, Date day);
bool PlanQuality_is_high(PlanQuality* self, double u, double time);
void pathway_child_protection__plan_core_group(Child* child, Service* service, double within);
void pathway_child_protection__bring_review_forward(Child* child, Service* service);
double Service_seen(Service* self, Child* child, Str error, double sd);
bool policy_thresholds_may_end_protection(double seen, Thresholds* thresholds);
double PlanQuality_review_error_ratio(PlanQuality* self, bool high);
bool EarlyHelp_steps_down(EarlyHelp* self, double u, double time);
Gen<Opt<Stage>> pathway_child_in_need__enquire(Child* child, Service* service);
Gen<Opt<Either<Stage>>> pathway_child_in_need_review(Child* child, Service* service);
void pathway_child_in_need_start_plan(Child* child, Service* service);
void pathway_child_in_need_plan_review(Child* child, Service* service, double elapsed);
Either<Stage> pathway_child_in_need__end(Child* child, Service* service, Either<Stage> outcome);
i64 ReviewPolicy_cin_months(ReviewPolicy* self, double time);
Fn<void(Task*, Worker*, double)> Service_then(Service* self, News news);
bool LeadPractitionerPolicy_not_a_social_worker(LeadPractitionerPolicy* self, double u, double time, double seen, double plan_threshold);
void Service_ask_supervisor(Service* self, Child* child, i64 kind, double hours, double due, Fn<void(Task*, Worker*, double)> done);
void pathway_child_in_need__plan_supervision(Child* child, Service* service);
Diary* Service_supervisors_of(Service* self, Child* child);
Diary* Office_supervisors(Office* self, i64 team);
Str LeadPractitionerPolicy_level(LeadPractitionerPolicy* self, double seen, double plan_threshold);
bool EarlyHelp_holds_plan_open(EarlyHelp* self, double u, bool has_place);
bool policy_thresholds_may_close_plan(double seen, Thresholds* thresholds);
Gen<Opt<Stage>> pathway_section_47_section_47(Child* child, Service* service, Thresholds* thresholds);
void pathway_assessment_open_assessment(Child* child, Service* service, double started, bool under_way);
double pathway_assessment__planned_end(Child* child, Service* service, double started);
double AssessmentPolicy_limit(AssessmentPolicy* self, double time);
Assessment* new_Assessment(double started, double due, double planned);
Fn<void(Task*, Worker*, double)> pathway_assessment__first_session_done(Service* service);
void pathway_assessment__to_report(Task* task, Worker* worker, double now, Service* service);
void pathway_assessment__plan_report(Child* child, Assessment* assessment, Service* service);
void pathway_assessment__to_approval(Task* task, Worker* worker, double now, Service* service);
double engine_variates_lognormal(double u, double median, double sigma);
double AssessmentPolicy_planned(AssessmentPolicy* self, double needed, double time);
Gen<Opt<Stage>> pathway_section_47__enquiry(Child* child, Service* service, Thresholds* thresholds);
bool policy_thresholds_needs_protection_plan(double seen, Thresholds* thresholds);
Gen<void> Child_until(Child* self, News wanted);
bool policy_thresholds_needs_conference(double seen, Thresholds* thresholds);
Gen<void> pathway_conferences_hold_conference(Child* child, Service* service, double earliest, double target, double limit);
double pathway_short_help__length(Child* child, Service* service, double elapsed);
i64 Office_lighter_team(Office* self, List<i64>* teams);
bool FamilyHelp_keeps_worker(FamilyHelp* self, double u, double time);
bool policy_thresholds_is_in_need(double seen, Thresholds* thresholds);
bool policy_thresholds_needs_plan(double seen, Thresholds* thresholds);
double Team_load(Team* self);
bool policy_thresholds_screens_in(double seen, Thresholds* thresholds);
double Help_left(Help* self, double held, double elapsed);
std::tuple<double, i64> pathway_journey__candidate_kept(Child* child, Service* service, double since, Opt<double> known);
std::tuple<double, i64> pathway_journey__candidate_added(Child* child, Service* service, double since, Opt<double> known, double before);
List<double>* pathway_service_demand_rise(Practice* practice);
double Demand_largest_increase(Demand* self, i64 need_category);
double ReferralTimes_additional(ReferralTimes* self, i64 child, i64 occurrence, double since, double closed_at, double help_held, double share);
i64 pathway_screening_source_of(Child* child, Service* service, i64 candidate);
double Demand_factor(Demand* self, double time, i64 source, i64 need_category);
double ReferralTimes__invert(ReferralTimes* self, i64 child, double target, double since, double closed_at, double help_held, double share);
double ReferralTimes__season_at(ReferralTimes* self, double time);
double ReferralTimes__time_at(ReferralTimes* self, double season);
double ReferralTimes_next(ReferralTimes* self, i64 child, i64 occurrence, double since, double closed_at, double help_held);
void Case_init(Case* self, i64 number);
void simulation_taking_over_take_over(Child* child, Service* service, OpenCase* case_);
void simulation_taking_over__write_first_assessment(Child* child, Service* service);
Gen<void> simulation_taking_over__concern(Child* child, Service* service);
void PostHistory_init(PostHistory* self, Office* office, Post* post);
PostHistory* new_PostHistory(Office* office, Post* post);
void Absences_init(Absences* self, Office* office);
Absences* new_Absences(Office* office);
void Team_init(Team* self, Office* office, i64 code, bool pool);
Team* new_Team(Office* office, i64 code, bool pool);
Gen<void> PostHistory_live(PostHistory* self);
Gen<void> Office__change_rules(Office* self);
Gen<void> Office__pool_supervisors(Office* self);
List<Task*>* Diary_waiting(Diary* self);
double workforce_office_pooled_from(Staffing* staffing);
Ramp* workforce_office_rules_change_over(Staffing* staffing);
double Office_day_hours(Office* self, i64 role, double fte);
void Worker_set_limit(Worker* self);
bool equal_Ramp(Ramp* a, Ramp* b);
Ramp* new_Ramp(double start, double full);
Until* PostHistory__wait(PostHistory* self, Fn<double()> ends, Opt<double> place);
Gen<void> PostHistory__be_vacant(PostHistory* self, double first, double share, i64 occurrence);
Gen<void> PostHistory__be_held(PostHistory* self, double first, double share, i64 occurrence);
double Course_mean(Course* self);
double Course_age(Course* self, double share);
double workforce_posts_on_grid_or_never(double time);
double workforce_service_length_ends_at(double begin, double luck, Course* before, Course* after, double change, double served);
Gen<void> PostHistory__in_post(PostHistory* self, i64 spell, Fn<double()> resigns, Fn<double()> until, bool agency, bool settled);
Worker* Office_start_worker(Office* self, Post* post, i64 spell, bool agency, bool settled);
void Worker_give_notice(Worker* self);
void Office_end_worker(Office* self, Worker* worker);
void Worker_leave(Worker* self);
void Worker_write_overtime(Worker* self, double now);
void Worker_note(Worker* self, double now);
void Team_part_with(Team* self, Worker* worker);
void Team_pass_on(Team* self, Case* case_);
void Worker_init(Worker* self, Office* office, i64 number, i64 role, Team* team, double fte, bool agency, i64 post, i64 spell, double started, Diary* diary);
Worker* new_Worker(Office* office, i64 number, i64 role, Team* team, double fte, bool agency, i64 post, i64 spell, double started, Diary* diary);
void Worker_begin(Worker* self);
Gen<void> Worker_settle_in(Worker* self, double share, double days);
void Team_join(Team* self, Worker* worker);
void Worker__come_in(Worker* self, SimEvent* _);
bool Worker__is_at_work(Worker* self, double now);
void Worker_work_day(Worker* self, double now);
void Diary_open_day(Diary* self, i64 today);
double Office_leave_gap(Office* self, i64 worker, i64 occurrence, bool first);
void Worker__be_well(Worker* self, i64 occurrence, double well_from);
void Worker__be_away(Worker* self, double now);
void Office_plan_supervision(Office* self, Worker* worker, double now);
bool Office_gives_up(Office* self, Worker* worker);
double Office_overload(Office* self, Worker* worker);
Case* new_Case(i64 number);
double Office_sickness_length(Office* self, i64 worker, i64 occurrence);
Gen<void> Worker__long_absence(Worker* self, double days);
double Absences_sickness_length(Absences* self, i64 worker, i64 occurrence);
double workforce_workers_leave_gap_of(double days_a_year, double spell_days);
double Office_sick_from(Office* self, Worker* worker, i64 occurrence, double well_from, double overload);
double Absences_sick_from(Absences* self, i64 worker, i64 occurrence, double well_from, double before, double after, double change);
Course* workforce_service_length_steady(double mean);
Course* new_Course(double early_days, double early, double late);
double Absences_leave_gap(Absences* self, i64 worker, i64 occurrence, bool changed, bool first);
double Course_remaining(Course* self, double served, double luck);
double Course_used(Course* self, double served, double days);
double workforce_service_length__hazard(double days, double mean);
double workforce_service_length__days(double luck, double mean);
double Course__before(Course* self, double days);
bool Post_on_duty(Post* self);
Gen<void> PostHistory__be_covered(PostHistory* self, i64 spell, double stint_ends, Fn<double()> end);
void PostHistory__read(PostHistory* self, Post* post);
std::tuple<Course*, Course*> workforce_posts_courses_of_service(Office* office, Rates* rates);
std::tuple<Course*, Course*> workforce_posts_courses_of_vacancies(Office* office, Rates* rates);
double workforce_service_length_mean_vacancy(double turnover, double vacancy);
Course* workforce_service_length_recruitment(double mean, double shortest);
Course* workforce_service_length_service(double mean, double ratio, double early_days);
Course* workforce_service_length__service(double mean, double ratio, double early_days);
struct Constants {
  Dict<i64, double>* constant_HEAD_START_WORKING_DAYS_32{};
  Dict<Stage, Fn<Gen<Either<Stage>>(Child*, Service*)>>* constant_STAGES_56{};
  Effect* constant_NO_EFFECT_86{};
  Feedbacks* constant__USUAL_FEEDBACKS_108{};
  List<i64>* constant_MERGED_TEAMS_185{};
  List<Str>* constant_LEVELS_191{};
  List<Str>* constant_NEED_CATEGORIES_298{};
  List<double>* constant_AGE_EDGES_307{};
  Dict<i64, Stage>* constant__STAGES_327{};
  List<Str>* constant_DECISIONS_342{};
  List<i64>* constant_TEAMS_357{};
  Ramp* constant_NEVER_386{};
};
static thread_local Constants* constants_ = nullptr;
#define constant_HEAD_START_WORKING_DAYS_32 (constants_->constant_HEAD_START_WORKING_DAYS_32)
#define constant_STAGES_56 (constants_->constant_STAGES_56)
#define constant_NO_EFFECT_86 (constants_->constant_NO_EFFECT_86)
#define constant__USUAL_FEEDBACKS_108 (constants_->constant__USUAL_FEEDBACKS_108)
#define constant_MERGED_TEAMS_185 (constants_->constant_MERGED_TEAMS_185)
#define constant_LEVELS_191 (constants_->constant_LEVELS_191)
#define constant_NEED_CATEGORIES_298 (constants_->constant_NEED_CATEGORIES_298)
#define constant_AGE_EDGES_307 (constants_->constant_AGE_EDGES_307)
#define constant__STAGES_327 (constants_->constant__STAGES_327)
#define constant_DECISIONS_342 (constants_->constant_DECISIONS_342)
#define constant_TEAMS_357 (constants_->constant_TEAMS_357)
#define constant_NEVER_386 (constants_->constant_NEVER_386)
static void make_constants() {
  constants_ = make<Constants>();
  constant_HEAD_START_WORKING_DAYS_32 = dict_with<i64, double>({{i64(31), 20.0}, {i64(34), 20.0}, {i64(29), 10.0}, {i64(23), 8.0}, {i64(27), 4.0}, {i64(32), 5.0}, {i64(24), 3.0}, {i64(30), 3.0}, {i64(28), 3.0}, {i64(25), 2.0}, {i64(22), 1.0}, {i64(47), -2.0}, {i64(48), -3.0}, {i64(33), -5.0}, {i64(35), -10.0}, {i64(36), -5.0}, {i64(37), -10.0}});
  constant_STAGES_56 = dict_with<Stage, Fn<Gen<Either<Stage>>(Child*, Service*)>>({{Stage::SCREENING, Fn<Gen<Either<Stage>>(Child*, Service*)>::bound(nullptr, [](void*, Child* a0, Service* a1) -> Gen<Either<Stage>> { return pathway_screening_screening(a0, a1); })}, {Stage::ASSESSMENT, Fn<Gen<Either<Stage>>(Child*, Service*)>::bound(nullptr, [](void*, Child* a0, Service* a1) -> Gen<Either<Stage>> { return pathway_assessment_assessment(a0, a1); })}, {Stage::SHORT_HELP, make_fn<Gen<Either<Stage>>(Child*, Service*)>([f = Fn<Gen<i64>(Child*, Service*)>::bound(nullptr, [](void*, Child* a0, Service* a1) -> Gen<i64> { return pathway_short_help_short_help(a0, a1); })](Child* a0, Service* a1) -> Gen<Either<Stage>> { return forward_generator<Either<Stage>>(f(a0, a1)); })}, {Stage::CHILD_IN_NEED, Fn<Gen<Either<Stage>>(Child*, Service*)>::bound(nullptr, [](void*, Child* a0, Service* a1) -> Gen<Either<Stage>> { return pathway_child_in_need_child_in_need(a0, a1); })}, {Stage::CHILD_PROTECTION, Fn<Gen<Either<Stage>>(Child*, Service*)>::bound(nullptr, [](void*, Child* a0, Service* a1) -> Gen<Either<Stage>> { return pathway_child_protection_child_protection(a0, a1); })}, {Stage::LOOKED_AFTER, Fn<Gen<Either<Stage>>(Child*, Service*)>::bound(nullptr, [](void*, Child* a0, Service* a1) -> Gen<Either<Stage>> { return pathway_looked_after_looked_after(a0, a1); })}, {Stage::DISABILITY_SERVICE, Fn<Gen<Either<Stage>>(Child*, Service*)>::bound(nullptr, [](void*, Child* a0, Service* a1) -> Gen<Either<Stage>> { return pathway_looked_after_disability_service(a0, a1); })}, {Stage::CARE_LEAVER, make_fn<Gen<Either<Stage>>(Child*, Service*)>([f = Fn<Gen<i64>(Child*, Service*)>::bound(nullptr, [](void*, Child* a0, Service* a1) -> Gen<i64> { return pathway_looked_after_care_leaver(a0, a1); })](Child* a0, Service* a1) -> Gen<Either<Stage>> { return forward_generator<Either<Stage>>(f(a0, a1)); })}});
  constant_NO_EFFECT_86 = [] { auto o = make<Effect>(); o->help_ratio = 1.0; o->detection_ratio = 1.0; o->escalation_shift = 0.0; return o; }();
  constant__USUAL_FEEDBACKS_108 = [] { auto o = make<Feedbacks>(); o->workload_to_sickness = false; o->workload_to_leaving = false; o->lateness_to_detection = true; return o; }();
  constant_MERGED_TEAMS_185 = list_with<i64>({i64(71), i64(72)});
  constant_LEVELS_191 = list_with<Str>({Str(17 /* low */), Str(18 /* medium */), Str(19 /* high */)});
  constant_NEED_CATEGORIES_298 = list_with<Str>({Str(33 /* domestic_abuse */), Str(34 /* parental_mental_health */), Str(35 /* other_or_no_need */), Str(36 /* disability */), Str(37 /* risks_outside_home */), Str(38 /* complex_domestic_abuse */), Str(39 /* child_mental_health */), Str(40 /* physical_abuse */), Str(41 /* neglect */), Str(42 /* sexual_abuse */), Str(43 /* concerns_about_another_person */), Str(44 /* risks_in_and_outside_home */)});
  constant_AGE_EDGES_307 = list_with<double>({0.0, 1.0, 5.0, 10.0, 16.0});
  constant__STAGES_327 = dict_with<i64, Stage>({{i64(1), Stage::CHILD_IN_NEED}, {i64(2), Stage::CHILD_PROTECTION}, {i64(3), Stage::LOOKED_AFTER}, {i64(4), Stage::DISABILITY_SERVICE}});
  constant_DECISIONS_342 = list_with<Str>({Str(32 /* presenting concern */), Str(46 /* referral source */), Str(31 /* screening error */), Str(28 /* assessment error */), Str(25 /* enquiry error */), Str(13 /* conference error */), Str(15 /* review error */), Str(22 /* assessment length */), Str(24 /* assessment quick */), Str(23 /* assessment overrun */), Str(12 /* early review */), Str(7 /* detection */), Str(6 /* visit achieved */), Str(26 /* conference lead */), Str(9 /* conference postponed */), Str(8 /* review lead */), Str(11 /* plan quality */), Str(16 /* lead practitioner */), Str(29 /* family help */), Str(0 /* early help */), Str(20 /* plan held open */), Str(21 /* family withdraws */), Str(27 /* short help length */), Str(14 /* step down */), Str(10 /* abuse category */), Str(3 /* care length */), Str(4 /* care outcome */), Str(1 /* care leaver length */), Str(30 /* disability service */), Str(2 /* disability service length */), Str(50 /* closure reason */), Str(48 /* demand */), Str(45 /* additional demand */), Str(5 /* hard to reach */)});
  constant_TEAMS_357 = list_with<i64>({i64(70), i64(71), i64(72), i64(73), i64(74), i64(75)});
  constant_NEVER_386 = [] { auto o = make<Ramp>(); o->start = inf; o->full = inf; return o; }();
}
Outcome* simulation_world_simulate(Environment* env, Draws draws, Record* write, Given* given, double end) {
  [[maybe_unused]] World* world{};
  // simulation.world:92
  world = simulation_world_begin(env, draws, write, given);
  // simulation.world:93
  env->run(end);
  // simulation.world:94
  return simulation_world_finish(world->service);
}
World* simulation_world_begin(Environment* env, Draws draws, Record* write, Given* given) {
  [[maybe_unused]] Arrivals* arrivals{};
  [[maybe_unused]] Office* office{};
  [[maybe_unused]] Service* service{};
  // simulation.world:71
  office = new_Office(env, given->p, draws, write, given->staffing, given->practice->lead_practitioner->effect);
  // simulation.world:72
  service = new_Service(env, given->p, given->calendar, draws, write, given->tables, given->referrals, given->practice, office, given->profiles);
  // simulation.world:75
  simulation_taking_over_take_over_all(service, given->known, given->cases);
  // simulation.world:76
  arrivals = new_Arrivals(service, given->arrivals);
  // simulation.world:77
  env->process(Arrivals_live(arrivals));
  // simulation.world:78
  env->process(pathway_journey_leavers(service, given->leaving));
  // simulation.world:79
  return new_World(service, arrivals);
}
Outcome* simulation_world_finish(Service* service) {
  [[maybe_unused]] Child* child{};
  // simulation.world:84
  for (auto item_1 : each(values_(service->known))) {
  child = item_1;
  // simulation.world:85
  if (((child->stage == Stage::CHILD_IN_NEED) || (child->stage == Stage::CHILD_PROTECTION))) {
  // simulation.world:86
  pathway_visits_drop_visits(child, service);
  }
  }
  // simulation.world:87
  List<WorkerRow*>* t_2 = Office_rows(service->office);
  return new_Outcome(t_2, service->office->notes);
}
void pathway_visits_drop_visits(Child* child, Service* service) {
  [[maybe_unused]] double now{};
  [[maybe_unused]] Task* task{};
  // pathway.visits:120
  now = service->env->now;
  // pathway.visits:121
  for (auto item_5 : each(Case_drop_tasks(child, Opt<IntSet>(IntSet({i64(22), i64(23), i64(24)}))))) {
  task = item_5;
  // pathway.visits:122
  if ((((task->due + i64(1)) <= now) && (task->kind != i64(24)))) {
  // pathway.visits:123
  service->write->write(now, child->number, task->kind, child->episode, (-i64(1)), (-i64(1)), 0.0, task->due, nan_);
  }
  }
}
Outcome* new_Outcome(List<WorkerRow*>* workers, List<std::tuple<double, i64, double, double, double, double>>* notes) { auto self = make<Outcome>(); self->workers = workers; self->notes = notes; return self; }
std::tuple<i64, List<i64>*> workforce_office_supervised_teams(Staffing* staffing) {
  [[maybe_unused]] i64 most{};
  [[maybe_unused]] Post* post{};
  [[maybe_unused]] Dict<i64, i64>* posts{};
  [[maybe_unused]] List<i64>* teams{};
  // workforce.office:29
  posts = make<Dict<i64, i64>>();
  // workforce.office:30
  for (auto item_4 : each(staffing->posts)) {
  post = item_4;
  // workforce.office:31
  if ((post->role == i64(64))) {
  // workforce.office:32
  put(posts, post->team, (posts->get(post->team, i64(0)) + i64(1)));
  }
  }
  // workforce.office:33
  teams = sorted_(list_of_keys(posts));
  // workforce.office:34
  most = (truth(teams) ? max_by(teams, [&](i64 team) { return at_(posts, team); }) : i64(i64(72)));
  // workforce.office:35
  return std::tuple<i64, List<i64>*>(most, copy_(teams));
}
List<WorkerRow*>* Office_rows(Office* self) {
  // workforce.office:268
  return copy_([&] {  auto out_ = make<List<WorkerRow*>>(); for (auto item_3 : each(self->workers)) { Worker* worker = item_3;  out_->append(Worker_row(worker)); } return out_; }());
}
WorkerRow* Worker_row(Worker* self) {
  // workforce.workers:118
  return new_WorkerRow(self->number, self->role, self->team->code, self->fte, self->agency, self->post, self->started, self->left, (self->role == i64(62)));
}
WorkerRow* new_WorkerRow(i64 number, i64 role, i64 team, double fte, bool agency, i64 post, double started, double left, bool newly_qualified) { auto self = make<WorkerRow>(); self->number = number; self->role = role; self->team = team; self->fte = fte; self->agency = agency; self->post = post; self->started = started; self->left = left; self->newly_qualified = newly_qualified; return self; }
List<Task*>* Case_drop_tasks(Case* self, Opt<IntSet> kinds) {
  [[maybe_unused]] List<Task*>* dropped{};
  [[maybe_unused]] Task* task{};
  // workforce.work:153
  dropped = [&] {  auto out_ = make<List<Task*>>(); for (auto item_7 : each(self->tasks)) { Task* t = item_7; if (!((is_none(kinds) || contains((kinds).value(), t->kind)))) continue;  out_->append(t); } return out_; }();
  // workforce.work:154
  for (auto item_8 : each(dropped)) {
  task = item_8;
  // workforce.work:155
  task->diary = nullptr;
  }
  // workforce.work:156
  self->tasks = (!is_none(kinds) ? [&] {  auto out_ = make<List<Task*>>(); for (auto item_9 : each(self->tasks)) { Task* t = item_9; if (!(!contains(dropped, t))) continue;  out_->append(t); } return out_; }() : make<List<Task*>>());
  // workforce.work:157
  return dropped;
}
void Office_init(Office* self, Environment* env, Parameters* p, Draws draws, Record* write, Staffing* staffing, Effect* lead_effect) {
  [[maybe_unused]] PostHistory* history{};
  [[maybe_unused]] List<i64>* supervised{};
  // workforce.office:70
  Environment* t_350 = env;
  Parameters* t_351 = p;
  Draws t_352 = draws;
  Record* t_353 = write;
  Staffing* t_354 = staffing;
  self->env = t_350;
  self->p = t_351;
  self->draws = t_352;
  self->write = t_353;
  self->staffing = t_354;
  // workforce.office:71
  self->overtime_limit = std::get<0>(staffing->rules->overtime);
  // workforce.office:72
  self->agency_stint_mean = divide((p->agency_stint_months * i64(253)), double(i64(12)));
  // workforce.office:73
  self->notice_days = engine_clock_on_grid((p->notice_weeks * 5.0));
  // workforce.office:74
  self->leave_spell_days = p->leave_spell_days;
  // workforce.office:75
  self->days_between_supervisions = p->supervision_interval_working_days;
  // workforce.office:76
  self->case_holding_roles = (IntSet({i64(60), i64(61), i64(62)}) | IntSet({i64(63)}));
  // workforce.office:77
  self->cover_after_days = p->cover_after_days;
  // workforce.office:78
  double t_355 = p->thin_after_days;
  double t_356 = p->thin_share;
  self->thin_after_days = t_355;
  self->thin_share = t_356;
  // workforce.office:79
  self->_lead_effect = lead_effect;
  // workforce.office:80
  self->_absences = new_Absences(self);
  // workforce.office:81
  self->_resigns = draws.stream(Str(51 /* resigns */));
  // workforce.office:82
  self->workers = make<List<Worker*>>();
  // workforce.office:83
  self->notes = make<List<std::tuple<double, i64, double, double, double, double>>>();
  // workforce.office:84
  self->teams = [&] {  auto out_ = make<Dict<i64, Team*>>(); for (auto item_358 : each(constant_TEAMS_357)) { i64 code = item_358;  out_->set(code, new_Team(self, code, contains(list_from<i64>(std::tuple<i64, i64>(i64(70), i64(75))), code))); } return out_; }();
  // workforce.office:87
  std::tuple<i64, List<i64>*> t_359 = workforce_office_supervised_teams(staffing);
  self->_elsewhere = std::get<0>(t_359);
  supervised = std::get<1>(t_359);
  // workforce.office:88
  self->_supervisors = [&] {  auto out_ = make<Dict<i64, Diary*>>(); for (auto item_360 : each(supervised)) { i64 team = item_360;  out_->set(team, new_Diary()); } return out_; }();
  // workforce.office:89
  self->_supervisors->setdefault(self->_elsewhere, new_Diary());
  // workforce.office:90
  self->_histories = [&] {  auto out_ = make<List<PostHistory*>>(); for (auto item_361 : each(staffing->posts)) { Post* post = item_361;  out_->append(new_PostHistory(self, post)); } return out_; }();
  // workforce.office:91
  for (auto item_362 : each(self->_histories)) {
  history = item_362;
  // workforce.office:92
  env->process(PostHistory_live(history));
  }
  // workforce.office:95
  env->process(Office__change_rules(self));
  // workforce.office:96
  env->process(Office__pool_supervisors(self));
}
Office* new_Office(Environment* env, Parameters* p, Draws draws, Record* write, Staffing* staffing, Effect* lead_effect) { auto self = make<Office>(); Office_init(self, env, p, draws, write, staffing, lead_effect); return self; }
void Service_init(Service* self, Environment* env, Parameters* p, Calendar* calendar, Draws draws, Record* write, ChildTables* tables, ReferralTimes* referrals, Practice* practice, Office* office, Profiles* profiles) {
  [[maybe_unused]] double factor{};
  // pathway.service:100
  Environment* t_333 = env;
  Parameters* t_334 = p;
  Calendar* t_335 = calendar;
  Record* t_336 = write;
  self->env = t_333;
  self->p = t_334;
  self->calendar = t_335;
  self->write = t_336;
  // pathway.service:101
  ReferralTimes* t_337 = referrals;
  Office* t_338 = office;
  Profiles* t_339 = profiles;
  self->referrals = t_337;
  self->office = t_338;
  self->profiles = t_339;
  // pathway.service:102
  ChildTables* t_340 = tables;
  List<i64>* t_341 = tables->need_category;
  self->tables = t_340;
  self->need_category = t_341;
  // pathway.service:103
  self->record_work = Fn<void(Task*, Worker*, double)>::bound(office, [](void* o, Task* a0, Worker* a1, double a2) -> void { return Office_record_work(static_cast<Office*>(o), a0, a1, a2); });
  // pathway.service:104
  self->luck = [&] {  auto out_ = make<Dict<Str, Stream>>(); for (auto item_343 : each(constant_DECISIONS_342)) { Str name = item_343;  out_->set(name, draws.stream(name)); } return out_; }();
  // pathway.service:105
  Items<float> t_344 = items(tables->need);
  List<i64>* t_345 = tables->quarter;
  Items<double> t_346 = items(tables->eighteen);
  self->_need = t_344;
  self->_quarter = t_345;
  self->_eighteen = t_346;
  // pathway.service:106
  self->_concern_fade = divide((-1.0), (p->concern_half_life_months * 21.083333333333332));
  // pathway.service:107
  factor = office->staffing->hours_factor;
  // pathway.service:108
  self->hours = dict_with<i64, double>({{i64(31), p->hours_screening}, {i64(28), ((p->hours_assessment_session + p->hours_travel) * factor)}, {i64(30), (p->hours_assessment_report * factor)}, {i64(32), p->hours_approval}, {i64(29), ((p->hours_section_47_session + p->hours_travel) * factor)}, {i64(48), (p->hours_short_help_session * factor)}, {i64(22), ((p->hours_cin_visit + p->hours_travel) * factor)}, {i64(23), ((p->hours_cpp_visit + p->hours_travel) * factor)}, {i64(25), (p->hours_cin_review * factor)}, {i64(27), (p->hours_core_group * factor)}, {i64(34), p->hours_conference_chairing}, {i64(24), ((p->hours_looked_after_visit + p->hours_travel) * factor)}, {i64(35), (p->hours_closure * factor)}, {i64(33), 1.0}});
  // pathway.service:124
  self->conference_report_hours = (p->hours_conference_report * factor);
  // pathway.service:125
  self->conference_diary = new_ConferenceDiary();
  // pathway.service:126
  self->known = make<Dict<i64, Child*>>();
  // pathway.service:127
  Practice* t_347 = practice;
  List<double>* t_348 = pathway_service_demand_rise(practice);
  self->practice = t_347;
  self->demand_rise = t_348;
}
Service* new_Service(Environment* env, Parameters* p, Calendar* calendar, Draws draws, Record* write, ChildTables* tables, ReferralTimes* referrals, Practice* practice, Office* office, Profiles* profiles) { auto self = make<Service>(); Service_init(self, env, p, calendar, draws, write, tables, referrals, practice, office, profiles); return self; }
void Arrivals_init(Arrivals* self, Service* service, List<std::tuple<double, i64, double, double>>* left) {
  // pathway.journey:191
  Service* t_331 = service;
  List<std::tuple<double, i64, double, double>>* t_332 = left;
  self->_service = t_331;
  self->_left = t_332;
  // pathway.journey:192
  self->_next = nullptr;
}
Arrivals* new_Arrivals(Service* service, List<std::tuple<double, i64, double, double>>* left) { auto self = make<Arrivals>(); Arrivals_init(self, service, left); return self; }
void simulation_taking_over_take_over_all(Service* service, List<KnownChild*>* known, Dict<i64, OpenCase*>* cases) {
  [[maybe_unused]] KnownChild* before{};
  [[maybe_unused]] Child* child{};
  [[maybe_unused]] Environment* env{};
  [[maybe_unused]] i64 number{};
  [[maybe_unused]] double within{};
  // simulation.taking_over:111
  env = service->env;
  // simulation.taking_over:112
  for (auto item_326 : each(known)) {
  before = item_326;
  // simulation.taking_over:113
  number = before->number;
  // simulation.taking_over:114
  child = new_Child(env, number, at_(service->need_category, number));
  // simulation.taking_over:115
  put(service->known, number, child);
  // simulation.taking_over:116
  child->help = before->help;
  // simulation.taking_over:117
  child->previous_cpps = before->previous_cpps;
  // simulation.taking_over:118
  if ((before->stage == i64(0))) {
  // simulation.taking_over:119
  child->closed_at = before->closed_at;
  // simulation.taking_over:120
  service->write->write(child->closed_at, number, i64(42), i64(0), (-i64(1)), (-i64(1)), 0.0, nan_, child->help);
  // simulation.taking_over:121
  continue;
  }
  // simulation.taking_over:122
  if (contains(cases, number)) {
  // simulation.taking_over:123
  simulation_taking_over_take_over(child, service, at_(cases, number));
  // simulation.taking_over:124
  continue;
  }
  // simulation.taking_over:125
  child->episode = i64(1);
  // simulation.taking_over:126
  child->source = pathway_screening_source_of(child, service, i64(0));
  // simulation.taking_over:127
  within = modulo((number * 0.6180339887498949), 1.0);
  // simulation.taking_over:128
  child->elapsed = ((before->stage_quarters + within) * 63.25);
  // simulation.taking_over:129
  child->referred_at = (((-(before->open_quarters + within)) * 63.25) - 30.0);
  // simulation.taking_over:130
  child->concern_since = child->referred_at;
  // simulation.taking_over:131
  service->write->write(child->referred_at, number, i64(0), i64(1), (-i64(1)), child->source, 0.0, nan_, nan_);
  // simulation.taking_over:132
  service->write->write((child->referred_at + 1.0), number, i64(2), i64(1), -1, -1, 0.0, nan_, nan_);
  // simulation.taking_over:133
  simulation_taking_over__write_first_assessment(child, service);
  // simulation.taking_over:134
  child->process = env->process(pathway_journey_journey(child, service, at_(constant__STAGES_327, before->stage)));
  }
}
Gen<void> Arrivals_live(Arrivals* self) {
  [[maybe_unused]] double at{};
  [[maybe_unused]] double base{};
  [[maybe_unused]] Child* child{};
  [[maybe_unused]] Environment* env{};
  [[maybe_unused]] double extra{};
  [[maybe_unused]] i64 number{};
  [[maybe_unused]] Service* service{};
  [[maybe_unused]] double time{};
  // pathway.journey:205
  Service* t_15 = self->_service;
  Environment* t_16 = self->_service->env;
  service = t_15;
  env = t_16;
  // pathway.journey:206
  while (true) {
  // pathway.journey:207
  self->_next = make<Until>(env, Arrivals__time_of_next(self));
  // pathway.journey:208
  co_yield static_cast<SimEvent*>(self->_next);
  // pathway.journey:209
  std::tuple<double, i64, double, double> t_17 = self->_left->pop();
  time = std::get<0>(t_17);
  number = std::get<1>(t_17);
  base = std::get<2>(t_17);
  extra = std::get<3>(t_17);
  // pathway.journey:210
  Child* t_18 = service->known->get(number);
  child = (truth(t_18) ? t_18 : new_Child(env, number, at_(service->need_category, number)));
  // pathway.journey:211
  put(service->known, number, child);
  // pathway.journey:212
  at = pathway_journey_next_referral(child, service, time, Opt<double>(base), Opt<double>(extra));
  // pathway.journey:213
  if (!(math_isinf(at))) {
  // pathway.journey:214
  child->process = env->process(pathway_journey__first_journey(child, service, at));
  }
  }
  co_return;
}
Gen<void> pathway_journey_leavers(Service* service, List<std::tuple<double, i64, i64>>* leaving) {
  [[maybe_unused]] i64 because{};
  [[maybe_unused]] Child* child{};
  [[maybe_unused]] Environment* env{};
  [[maybe_unused]] i64 number{};
  [[maybe_unused]] double time{};
  // pathway.journey:231
  env = service->env;
  // pathway.journey:232
  while (truth(leaving)) {
  // pathway.journey:233
  std::tuple<double, i64, i64> t_10 = heappop(leaving);
  time = std::get<0>(t_10);
  number = std::get<1>(t_10);
  because = std::get<2>(t_10);
  // pathway.journey:234
  if ((time > env->now)) {
  // pathway.journey:235
  co_yield static_cast<SimEvent*>(env->timeout((time - env->now)));
  }
  // pathway.journey:236
  child = service->known->get(number);
  // pathway.journey:237
  if ((is_none(child) || is_none(child->process) || !(child->process->is_alive) || (child->stage == Stage::CARE_LEAVER))) {
  // pathway.journey:238
  continue;
  }
  // pathway.journey:239
  if (((child->stage == Stage::LOOKED_AFTER) && (because == i64(1)))) {
  // pathway.journey:240
  double t_11 = Service_eighteenth_birthday(service, number);
  double t_12 = max_(t_11, env->now);
  std::tuple<double, i64, i64> t_13 = std::tuple<double, i64, i64>(t_12, number, i64(0));
  heappush(leaving, t_13);
  // pathway.journey:241
  continue;
  }
  // pathway.journey:242
  child->process->interrupt(because);
  }
  co_return;
}
World* new_World(Service* service, Arrivals* arrivals) { auto self = make<World>(); self->service = service; self->arrivals = arrivals; return self; }
double Service_eighteenth_birthday(Service* self, i64 number) {
  // pathway.service:160
  return double(self->_eighteen(number));
}
void Child_init(Child* self, Environment* env, i64 number, i64 need_category) {
  // pathway.child:65
  Case_init(self, number);
  // pathway.child:66
  self->env = env;
  // pathway.child:67
  self->need_category = need_category;
  // pathway.child:68
  self->stage = Stage::OUT;
  // pathway.child:69
  self->process = nullptr;
  // pathway.child:70
  self->wake = nullptr;
  // pathway.child:71
  self->inbox = make<List<News>>();
  // pathway.child:72
  self->closed_at = nan_;
  // pathway.child:73
  self->help = 0.0;
  // pathway.child:74
  self->concern = 0.0;
  // pathway.child:75
  self->concern_since = 0.0;
  // pathway.child:76
  self->referred_at = 0.0;
  // pathway.child:77
  self->plan_since = 0.0;
  // pathway.child:78
  self->last_seen = 0.0;
  // pathway.child:79
  self->enquired = (-inf);
  // pathway.child:80
  self->enquired_on = (-i64(1));
  // pathway.child:81
  self->high_quality = false;
  // pathway.child:82
  self->steps_down = false;
  // pathway.child:83
  self->family_help = false;
  // pathway.child:84
  self->source = i64(0);
  // pathway.child:85
  self->elapsed = 0.0;
  // pathway.child:86
  self->enquiry_elapsed = 0.0;
  // pathway.child:87
  self->rhythm = 0.0;
  // pathway.child:88
  self->assessment = nullptr;
  // pathway.child:89
  self->review = Opt<std::tuple<Task*, Task*, i64, i64>>{};
  // pathway.child:90
  self->awaited = nullptr;
  // pathway.child:91
  self->foreseen = std::tuple<double, i64, i64>(0.0, i64(0), i64(0));
  // pathway.child:93
  i64 t_325 = i64(0);
  self->candidates = t_325;
  self->extras = t_325;
  self->judgements = t_325;
  self->visits = t_325;
  self->enquiries = t_325;
  self->plans = t_325;
  self->previous_cpps = t_325;
}
Child* new_Child(Environment* env, i64 number, i64 need_category) { auto self = make<Child>(); Child_init(self, env, number, need_category); return self; }
double pathway_journey_next_referral(Child* child, Service* service, double since, Opt<double> first, Opt<double> extra) {
  [[maybe_unused]] double added{};
  [[maybe_unused]] i64 source{};
  [[maybe_unused]] double time{};
  // pathway.journey:114
  std::tuple<double, i64> t_294 = pathway_journey__candidate_kept(child, service, since, first);
  time = std::get<0>(t_294);
  child->source = std::get<1>(t_294);
  // pathway.journey:115
  child->extras = (child->extras + is_none(extra));
  // pathway.journey:116
  if ((at_(service->demand_rise, child->need_category) > 0.0)) {
  // pathway.journey:117
  std::tuple<double, i64> t_295 = pathway_journey__candidate_added(child, service, since, extra, time);
  added = std::get<0>(t_295);
  source = std::get<1>(t_295);
  // pathway.journey:118
  if ((added < time)) {
  // pathway.journey:119
  double t_296 = added;
  i64 t_297 = source;
  time = t_296;
  child->source = t_297;
  }
  }
  // pathway.journey:120
  return time;
}
double Arrivals__time_of_next(Arrivals* self) {
  // pathway.journey:201
  return (truth(self->_left) ? std::get<0>(at_(self->_left, (-i64(1)))) : inf);
}
Gen<void> pathway_journey__first_journey(Child* child, Service* service, double at) {
  // pathway.journey:218
  {
  bool caught_19 = false; Interrupt caught_{};
  try {
  // pathway.journey:219
  co_yield static_cast<SimEvent*>(service->env->timeout((at - service->env->now)));
  } catch (Interrupt& e_) { caught_ = e_; caught_19 = true; }
  if (caught_19) {
  // pathway.journey:221
  co_return;
  }
  }
  // pathway.journey:222
  pathway_screening_refer(child, service);
  // pathway.journey:223
  co_await (pathway_journey_journey(child, service, Stage::SCREENING));
  co_return;
}
void pathway_screening_refer(Child* child, Service* service) {
  [[maybe_unused]] double now{};
  [[maybe_unused]] Parameters* p{};
  // pathway.screening:18
  Parameters* t_290 = service->p;
  double t_291 = service->env->now;
  p = t_290;
  now = t_291;
  // pathway.screening:19
  child->episode = (child->episode + i64(1));
  // pathway.screening:20
  child->held = false;
  // pathway.screening:21
  child->referred_at = now;
  // pathway.screening:22
  child->help = ((child->closed_at == child->closed_at) ? Help_left(service->practice->help, child->help, (now - child->closed_at)) : 0.0);
  // pathway.screening:23
  double t_292 = p->concern_sd;
  double t_293 = Fn<double(double)>::bound(nullptr, [](void*, double u) { return normal(u); })(at_(service->luck, Str(32 /* presenting concern */))(child->number, child->episode));
  child->concern = (t_292 * t_293);
  // pathway.screening:24
  child->concern_since = now;
  // pathway.screening:25
  child->enquired = -inf;
  // pathway.screening:26
  child->inbox->clear();
  // pathway.screening:27
  Service_record(service, child, i64(0), child->source, nan_, child->concern);
}
Gen<void> pathway_journey_journey(Child* child, Service* service, Stage stage) {
  [[maybe_unused]] Environment* env{};
  [[maybe_unused]] i64 reason{};
  // pathway.journey:66
  env = service->env;
  // pathway.journey:67
  while (true) {
  // pathway.journey:68
  i64 t_21 = co_await (pathway_journey_episode(child, service, stage));
  reason = t_21;
  // pathway.journey:69
  pathway_closure_close(child, service, reason);
  // pathway.journey:70
  child->foreseen = std::tuple<double, i64, i64>(env->now, child->candidates, child->extras);
  // pathway.journey:71
  double t_22 = pathway_journey_next_referral(child, service, env->now, Opt<double>{}, Opt<double>{});
  child->awaited = make<Until>(env, t_22);
  // pathway.journey:72
  if (math_isinf(child->awaited->at)) {
  // pathway.journey:73
  child->process = nullptr;
  // pathway.journey:74
  co_return;
  }
  // pathway.journey:75
  bool t_23 = co_await (pathway_journey__is_referred(child, service));
  if (!(t_23)) {
  // pathway.journey:76
  co_return;
  }
  // pathway.journey:77
  stage = Stage::SCREENING;
  }
  co_return;
}
Gen<i64> pathway_journey_episode(Child* child, Service* service, Stage stage) {
  [[maybe_unused]] Either<Stage> following{};
  [[maybe_unused]] Interrupted* leaving{};
  // pathway.journey:41
  following = Either<Stage>(stage);
  // pathway.journey:42
  while (holds<Stage>(following)) {
  // pathway.journey:43
  child->stage = (following).as<Stage>();
  // pathway.journey:44
  child->inbox->clear();
  // pathway.journey:45
  {
  bool caught_58 = false; Interrupt caught_{};
  try {
  // pathway.journey:46
  Either<Stage> t_59 = co_await (at_(constant_STAGES_56, (following).as<Stage>())(child, service));
  following = t_59;
  } catch (Interrupt& e_) { caught_ = e_; caught_58 = true; }
  if (caught_58) {
  leaving = make_cell<Interrupted>(Interrupted{caught_.cause});
  // pathway.journey:48
  following = pathway_journey_leave(child, service, leaving->cause);
  }
  }
  }
  // pathway.journey:49
  co_return (following).as<i64>();
}
void pathway_closure_close(Child* child, Service* service, i64 reason) {
  [[maybe_unused]] Worker* holder{};
  [[maybe_unused]] Dict<Str, Stream>* luck{};
  [[maybe_unused]] double now{};
  [[maybe_unused]] Practice* practice{};
  // pathway.closure:30
  Practice* t_25 = service->practice;
  Dict<Str, Stream>* t_26 = service->luck;
  double t_27 = service->env->now;
  practice = t_25;
  luck = t_26;
  now = t_27;
  // pathway.closure:31
  if (!is_none(child->assessment)) {
  // pathway.closure:32
  pathway_assessment_complete_assessment(child, service);
  }
  // pathway.closure:33
  Case_drop_tasks(child, Opt<IntSet>{});
  // pathway.closure:34
  Case_drop_asked(child);
  // pathway.closure:35
  if ((child->steps_down || (reason == i64(28)) || ((reason == i64(29)) && [&]() -> bool { double t_31 = at_(luck, Str(0 /* early help */))(child->number, child->episode); return EarlyHelp_has_place(practice->early_help, t_31, now); }()))) {
  // pathway.closure:40
  child->steps_down = false;
  // pathway.closure:41
  child->help = (child->help + practice->early_help->benefit);
  // pathway.closure:42
  Service_record(service, child, i64(21), (-i64(1)), nan_, nan_);
  }
  // pathway.closure:43
  Service_record(service, child, i64(20), reason, nan_, child->help);
  // pathway.closure:44
  holder = child->holder;
  // pathway.closure:45
  Office_release(service->office, child);
  // pathway.closure:46
  if ((!is_none(holder) && (reason != i64(29)))) {
  // pathway.closure:47
  Office_ask(service->office, holder->diary, i64(35), child, at_(service->hours, i64(35)), now, (now + i64(10)), service->record_work);
  // pathway.closure:50
  child->asked->clear();
  }
  // pathway.closure:51
  child->stage = Stage::OUT;
  // pathway.closure:52
  child->closed_at = now;
  // pathway.closure:53
  child->points = 0.0;
  // pathway.closure:54
  child->urgent = false;
  // pathway.closure:55
  child->inbox->clear();
  // pathway.closure:56
  child->wake = nullptr;
}
Gen<bool> pathway_journey__is_referred(Child* child, Service* service) {
  // pathway.journey:82
  {
  bool caught_24 = false; Interrupt caught_{};
  try {
  // pathway.journey:83
  if (!(!is_none(child->awaited))) throw Failed("cinsim.pathway.journey:83");
  // pathway.journey:84
  co_yield static_cast<SimEvent*>(child->awaited);
  } catch (Interrupt& e_) { caught_ = e_; caught_24 = true; }
  if (caught_24) {
  // pathway.journey:86
  child->awaited = nullptr;
  // pathway.journey:87
  co_return false;
  }
  }
  // pathway.journey:88
  child->awaited = nullptr;
  // pathway.journey:89
  pathway_screening_refer(child, service);
  // pathway.journey:90
  co_return true;
}
void pathway_assessment_complete_assessment(Child* child, Service* service) {
  [[maybe_unused]] Assessment* assessment{};
  // pathway.assessment:120
  assessment = child->assessment;
  // pathway.assessment:121
  if (!(!is_none(assessment))) throw Failed("cinsim.pathway.assessment:121");
  // pathway.assessment:122
  child->assessment = nullptr;
  // pathway.assessment:123
  Service_record(service, child, i64(4), (-i64(1)), assessment->due, nan_);
}
void Case_drop_asked(Case* self) {
  [[maybe_unused]] Task* task{};
  // workforce.work:141
  for (auto item_55 : each(self->asked)) {
  task = item_55;
  // workforce.work:142
  task->diary = nullptr;
  }
  // workforce.work:143
  self->asked->clear();
}
bool EarlyHelp_has_place(EarlyHelp* self, double u, double time) {
  // policy.early_help:28
  return (u < Ramp_blend(self->ramp, self->capacity_before, self->capacity_after, time));
}
void Service_record(Service* self, Child* child, i64 event, i64 detail, double due, double value) {
  // pathway.service:137
  self->write->write(self->env->now, child->number, event, child->episode, (-i64(1)), detail, 0.0, due, value);
}
void Office_release(Office* self, Case* case_) {
  [[maybe_unused]] Worker* holder{};
  [[maybe_unused]] bool waited{};
  // workforce.office:298
  Worker* t_40 = case_->holder;
  bool t_41 = !is_none(case_->waiting);
  Team* t_42 = nullptr;
  Waiting* t_43 = nullptr;
  holder = t_40;
  waited = t_41;
  case_->team = t_42;
  case_->waiting = t_43;
  // workforce.office:299
  if (!is_none(holder)) {
  // workforce.office:300
  Worker_let_go(holder, case_);
  // workforce.office:301
  self->write->write(self->env->now, case_->number, i64(41), case_->episode, holder->number, -1, 0.0, nan_, nan_);
  // workforce.office:302
  Team_allocate_waiting(holder->team);
  } else {
  // workforce.office:303
  if (waited) {
  // workforce.office:304
  self->write->write(self->env->now, case_->number, i64(41), case_->episode, -1, -1, 0.0, nan_, nan_);
  }
  }
}
Task* Office_ask(Office* self, Diary* diary, i64 kind, Case* case_, double hours, double booked, double due, Fn<void(Task*, Worker*, double)> done) {
  [[maybe_unused]] Task* task{};
  // workforce.office:308
  task = new_Task(kind, case_, hours, booked, due, done);
  // workforce.office:309
  case_->asked->append(task);
  // workforce.office:310
  Diary_add(diary, task);
  // workforce.office:311
  return task;
}
void Diary_init(Diary* self) {
  // workforce.work:73
  self->future = make<Dict<i64, List<Task*>*>>();
  // workforce.work:74
  self->ready = make<List<std::tuple<double, i64, Task*>>>();
  // workforce.work:75
  self->_count = i64(0);
  // workforce.work:76
  self->_opened = (-i64(1));
}
Diary* new_Diary() { auto self = make<Diary>(); Diary_init(self); return self; }
void Office_record_work(Office* self, Task* task, Worker* worker, double now) {
  [[maybe_unused]] Case* case_{};
  // workforce.office:315
  case_ = task->case_;
  // workforce.office:316
  self->write->write(now, case_->number, task->kind, case_->episode, worker->number, (-i64(1)), task->hours, task->due, nan_);
}
void Task_init(Task* self, i64 kind, Case* case_, double hours, double booked, double due, Fn<void(Task*, Worker*, double)> done) {
  // workforce.work:62
  i64 t_33 = kind;
  Case* t_34 = case_;
  double t_35 = hours;
  double t_36 = hours;
  self->kind = t_33;
  self->case_ = t_34;
  self->hours = t_35;
  self->hours_left = t_36;
  // workforce.work:63
  double t_37 = booked;
  double t_38 = due;
  Fn<void(Task*, Worker*, double)> t_39 = done;
  self->booked = t_37;
  self->due = t_38;
  self->done = t_39;
  // workforce.work:64
  self->diary = nullptr;
}
Task* new_Task(i64 kind, Case* case_, double hours, double booked, double due, Fn<void(Task*, Worker*, double)> done) { auto self = make<Task>(); Task_init(self, kind, case_, hours, booked, due, done); return self; }
void Diary_add(Diary* self, Task* task) {
  [[maybe_unused]] i64 day{};
  [[maybe_unused]] List<Task*>* page{};
  // workforce.work:80
  task->diary = self;
  // workforce.work:81
  day = to_int(task->booked);
  // workforce.work:82
  if ((day <= self->_opened)) {
  // workforce.work:83
  Diary__make_ready(self, task);
  } else {
  // workforce.work:85
  page = self->future->get(day);
  // workforce.work:86
  if (is_none(page)) {
  // workforce.work:87
  put(self->future, day, list_with<Task*>({task}));
  } else {
  // workforce.work:89
  page->append(task);
  }
  }
}
void Diary__make_ready(Diary* self, Task* task) {
  // workforce.work:92
  self->_count = (self->_count + i64(1));
  // workforce.work:93
  heappush(self->ready, std::tuple<double, i64, Task*>((task->due - at_(constant_HEAD_START_WORKING_DAYS_32, task->kind)), self->_count, task));
}
void Worker_let_go(Worker* self, Case* case_) {
  [[maybe_unused]] Task* task{};
  // workforce.workers:133
  erase_(self->cases, case_->number);
  // workforce.workers:134
  Worker_weigh(self, (-case_->points));
  // workforce.workers:135
  case_->holder = nullptr;
  // workforce.workers:136
  for (auto item_54 : each(case_->tasks)) {
  task = item_54;
  // workforce.workers:137
  task->diary = nullptr;
  }
}
void Team_allocate_waiting(Team* self) {
  [[maybe_unused]] Case* case_{};
  [[maybe_unused]] Opt<std::tuple<i64, double, i64, Waiting*>> first{};
  [[maybe_unused]] IntSet roles{};
  [[maybe_unused]] Bag<IntSet>* stuck{};
  [[maybe_unused]] List<std::tuple<i64, double, i64, Waiting*>>* waiting{};
  [[maybe_unused]] Worker* worker{};
  // workforce.teams:112
  stuck = make<Bag<IntSet>>();
  // workforce.teams:113
  while (true) {
  // workforce.teams:114
  first = Opt<std::tuple<i64, double, i64, Waiting*>>{};
  // workforce.teams:115
  for (auto item_44 : items_(self->_waiting)) {
  roles = std::get<0>(item_44);
  waiting = std::get<1>(item_44);
  // workforce.teams:116
  while ((truth(waiting) && (std::get<3>(at_(waiting, i64(0)))->case_->waiting != std::get<3>(at_(waiting, i64(0)))))) {
  // workforce.teams:117
  heappop(waiting);
  }
  // workforce.teams:118
  if ((truth(waiting) && !contains(stuck, roles) && (is_none(first) || before(at_(waiting, i64(0)), (first).value())))) {
  // workforce.teams:119
  first = Opt<std::tuple<i64, double, i64, Waiting*>>(at_(waiting, i64(0)));
  }
  }
  // workforce.teams:120
  if (is_none(first)) {
  // workforce.teams:121
  return;
  }
  // workforce.teams:122
  case_ = std::get<3>((first).value())->case_;
  // workforce.teams:123
  worker = Team__least_loaded(self, case_);
  // workforce.teams:124
  if (is_none(worker)) {
  // workforce.teams:125
  stuck->add(case_->roles);
  } else {
  // workforce.teams:127
  Team__give(self, case_, worker);
  }
  }
}
Worker* Team__least_loaded(Team* self, Case* case_) {
  [[maybe_unused]] Worker* best{};
  [[maybe_unused]] List<Worker*>* eligible{};
  // workforce.teams:44
  eligible = self->_eligible->get(case_->roles);
  // workforce.teams:45
  if (is_none(eligible)) {
  // workforce.teams:46
  eligible = [&] {  auto out_ = make<List<Worker*>>(); for (auto item_51 : each(self->workers)) { Worker* worker = item_51; if (!(contains(case_->roles, worker->role))) continue;  out_->append(worker); } return out_; }();
  // workforce.teams:47
  if ((!(truth(eligible)) && (case_->roles <= IntSet({i64(60), i64(61), i64(62)})))) {
  // workforce.teams:48
  eligible = [&] {  auto out_ = make<List<Worker*>>(); for (auto item_52 : each(self->workers)) { Worker* worker = item_52; if (!(contains(IntSet({i64(60), i64(61), i64(62)}), worker->role))) continue;  out_->append(worker); } return out_; }();
  }
  // workforce.teams:49
  put(self->_eligible, case_->roles, eligible);
  }
  // workforce.teams:50
  if (!(truth(eligible))) {
  // workforce.teams:51
  return nullptr;
  }
  // workforce.teams:52
  best = min_by(eligible, [](auto x_) { return x_->load; });
  // workforce.teams:53
  if ((!(case_->urgent) && ((best->points + case_->points) > best->limit))) {
  // workforce.teams:54
  eligible = [&] {  auto out_ = make<List<Worker*>>(); for (auto item_53 : each(eligible)) { Worker* worker = item_53; if (!(((worker->points + case_->points) <= worker->limit))) continue;  out_->append(worker); } return out_; }();
  // workforce.teams:55
  if (!(truth(eligible))) {
  // workforce.teams:56
  return nullptr;
  }
  // workforce.teams:57
  best = min_by(eligible, [](auto x_) { return x_->load; });
  }
  // workforce.teams:58
  return ((best->load < inf) ? best : nullptr);
}
void Team__give(Team* self, Case* case_, Worker* worker) {
  [[maybe_unused]] Worker* before{};
  // workforce.teams:96
  Worker* t_45 = case_->holder;
  Waiting* t_46 = nullptr;
  before = t_45;
  case_->waiting = t_46;
  // workforce.teams:97
  if ((before == worker)) {
  // workforce.teams:98
  return;
  }
  // workforce.teams:99
  if (!is_none(before)) {
  // workforce.teams:100
  Worker_let_go(before, case_);
  }
  // workforce.teams:101
  Worker_take(worker, case_);
  // workforce.teams:102
  Office_note_new_holder(self->office, case_, worker, !(case_->held));
  // workforce.teams:103
  case_->held = true;
  // workforce.teams:104
  if (!is_none(before)) {
  // workforce.teams:105
  Team_allocate_waiting(before->team);
  }
}
void Worker_take(Worker* self, Case* case_) {
  [[maybe_unused]] Task* task{};
  // workforce.workers:125
  case_->holder = self;
  // workforce.workers:126
  put(self->cases, case_->number, case_);
  // workforce.workers:127
  Worker_weigh(self, case_->points);
  // workforce.workers:128
  for (auto item_47 : each(case_->tasks)) {
  task = item_47;
  // workforce.workers:129
  Diary_add(self->diary, task);
  }
}
void Office_note_new_holder(Office* self, Case* case_, Worker* worker, bool first) {
  [[maybe_unused]] double hours{};
  // workforce.office:320
  self->write->write(self->env->now, case_->number, (first ? i64(39) : i64(40)), case_->episode, worker->number, -1, 0.0, nan_, nan_);
  // workforce.office:321
  if (!(first)) {
  // workforce.office:322
  hours = (self->p->hours_handover * self->staffing->hours_factor);
  // workforce.office:323
  Case_plan_task(case_, i64(36), hours, self->env->now, (self->env->now + i64(10)), Fn<void(Task*, Worker*, double)>::bound(self, [](void* o, Task* a0, Worker* a1, double a2) -> void { return Office_record_work(static_cast<Office*>(o), a0, a1, a2); }));
  }
}
Task* Case_plan_task(Case* self, i64 kind, double hours, double booked, double due, Fn<void(Task*, Worker*, double)> done) {
  [[maybe_unused]] Task* task{};
  // workforce.work:133
  task = new_Task(kind, self, hours, booked, due, done);
  // workforce.work:134
  self->tasks->append(task);
  // workforce.work:135
  if (!is_none(self->holder)) {
  // workforce.work:136
  Diary_add(self->holder->diary, task);
  }
  // workforce.work:137
  return task;
}
void Worker_weigh(Worker* self, double points) {
  [[maybe_unused]] bool given_cases{};
  // workforce.workers:102
  self->points = (self->points + points);
  // workforce.workers:103
  given_cases = ((self->limit > 0.0) && !(self->long_away) && !(self->under_notice));
  // workforce.workers:104
  self->load = (given_cases ? divide(self->points, self->limit) : inf);
}
double Office_limit_of(Office* self, i64 role, double fte) {
  [[maybe_unused]] double points{};
  [[maybe_unused]] Rates* rates{};
  // workforce.office:171
  rates = Office_rates_of(self, role);
  // workforce.office:172
  points = Ramp_blend(rates->ramp, std::get<0>(rates->limit), std::get<1>(rates->limit), self->env->now);
  // workforce.office:173
  return ((points * fte) * ((role == i64(62)) ? self->p->newly_qualified_workload : 1.0));
}
Rates* Office_rates_of(Office* self, i64 role) {
  // workforce.office:167
  return at_(self->staffing->rates, role);
}
double Ramp_blend(Ramp* self, double before, double after, double time) {
  [[maybe_unused]] double share{};
  // policy.timing:30
  share = Ramp_at(self, time);
  // policy.timing:31
  return ((share == 0.0) ? before : (before + (share * (after - before))));
}
double Ramp_at(Ramp* self, double time) {
  // policy.timing:22
  if ((time < self->start)) {
  // policy.timing:23
  return 0.0;
  }
  // policy.timing:24
  if ((time >= self->full)) {
  // policy.timing:25
  return 1.0;
  }
  // policy.timing:26
  return divide((time - self->start), (self->full - self->start));
}
Gen<Either<Stage>> pathway_screening_screening(Child* child, Service* service) {
  [[maybe_unused]] Team* front_door{};
  [[maybe_unused]] double now{};
  // pathway.screening:37
  front_door = at_(service->office->teams, i64(70));
  // pathway.screening:38
  now = service->env->now;
  // pathway.screening:39
  Diary* t_284 = Team_duty(front_door);
  i64 t_285 = i64(31);
  double t_286 = at_(service->hours, i64(31));
  double t_287 = (now + i64(1));
  Fn<void(Task*, Worker*, double)> t_288 = Service_then(service, News::DECIDED);
  Office_ask(service->office, t_284, t_285, child, t_286, now, t_287, t_288);
  // pathway.screening:42
  co_await (Child_until(child, News::DECIDED));
  // pathway.screening:43
  double t_289 = Service_seen(service, child, Str(31 /* screening error */), service->p->screening_error_sd);
  if (!(policy_thresholds_screens_in(t_289, Service_thresholds(service)))) {
  // pathway.screening:44
  Service_record(service, child, i64(1), (-i64(1)), nan_, nan_);
  // pathway.screening:45
  co_return Either<Stage>(i64(29));
  }
  // pathway.screening:46
  Service_record(service, child, i64(2), (-i64(1)), nan_, nan_);
  // pathway.screening:47
  co_return Either<Stage>(Stage::ASSESSMENT);
}
Gen<Either<Stage>> pathway_assessment_assessment(Child* child, Service* service) {
  [[maybe_unused]] bool early_help{};
  [[maybe_unused]] Dict<Str, Stream>* luck{};
  [[maybe_unused]] Opt<Stage> outcome{};
  [[maybe_unused]] Parameters* p{};
  [[maybe_unused]] double seen{};
  [[maybe_unused]] bool seen_before{};
  [[maybe_unused]] bool suspected{};
  [[maybe_unused]] i64 team{};
  [[maybe_unused]] Thresholds* thresholds{};
  // pathway.assessment:128
  Parameters* t_271 = service->p;
  Dict<Str, Stream>* t_272 = service->luck;
  p = t_271;
  luck = t_272;
  // pathway.assessment:129
  double t_273 = at_(luck, Str(29 /* family help */))(child->number, child->episode);
  child->family_help = FamilyHelp_keeps_worker(service->practice->family_help, t_273, service->env->now);
  // pathway.assessment:132
  team = (child->family_help ? Office_lighter_team(service->office, constant_MERGED_TEAMS_185) : i64(71));
  // pathway.assessment:133
  Office_assign(service->office, child, team, p->points_assessment, false, IntSet({i64(60), i64(61), i64(62)}));
  // pathway.assessment:134
  pathway_assessment_open_assessment(child, service, child->referred_at, (child->elapsed > 0.0));
  // pathway.assessment:135
  bool t_274 = (child->elapsed > p->first_visit_within_days);
  double t_275 = 0.0;
  seen_before = t_274;
  child->elapsed = t_275;
  // pathway.assessment:137
  suspected = (child->enquiry_elapsed > 0.0);
  // pathway.assessment:138
  if ((!(suspected) && !(seen_before))) {
  // pathway.assessment:139
  co_await (Child_until(child, News::SEEN));
  // pathway.assessment:140
  double t_276 = Service_seen(service, child, Str(28 /* assessment error */), p->assessment_error_sd);
  suspected = policy_thresholds_needs_section_47(t_276, Service_thresholds(service));
  }
  // pathway.assessment:141
  if (suspected) {
  // pathway.assessment:142
  Opt<Stage> t_277 = co_await (pathway_section_47_section_47(child, service, Service_thresholds(service)));
  outcome = t_277;
  // pathway.assessment:143
  if (!is_none(outcome)) {
  // pathway.assessment:144
  co_return Either<Stage>((outcome).value());
  }
  }
  // pathway.assessment:145
  if (!is_none(child->assessment)) {
  // pathway.assessment:146
  co_await (Child_until(child, News::ASSESSED));
  }
  // pathway.assessment:148
  seen = Service_seen(service, child, Str(28 /* assessment error */), p->assessment_error_sd);
  // pathway.assessment:149
  thresholds = Service_thresholds(service);
  // pathway.assessment:150
  if ((policy_thresholds_needs_section_47(seen, thresholds) && Service_is_new_concern(service, child, seen))) {
  // pathway.assessment:151
  Opt<Stage> t_278 = co_await (pathway_section_47_section_47(child, service, thresholds));
  outcome = t_278;
  // pathway.assessment:152
  if (!is_none(outcome)) {
  // pathway.assessment:153
  co_return Either<Stage>((outcome).value());
  }
  }
  // pathway.assessment:154
  if (!(policy_thresholds_is_in_need(seen, thresholds))) {
  // pathway.assessment:155
  Service_record(service, child, i64(5), (-i64(1)), nan_, seen);
  // pathway.assessment:156
  double t_279 = at_(luck, Str(0 /* early help */))(child->number, child->episode);
  early_help = EarlyHelp_has_place(service->practice->early_help, t_279, service->env->now);
  // pathway.assessment:157
  co_return (early_help ? Either<Stage>(i64(28)) : Either<Stage>(i64(27)));
  }
  // pathway.assessment:158
  if (((child->need_category == i64(3)) && [&]() -> bool { double t_281 = at_(luck, Str(30 /* disability service */))(child->number, child->episode); return (t_281 < p->disability_service_share); }())) {
  // pathway.assessment:159
  co_return Either<Stage>(Stage::DISABILITY_SERVICE);
  }
  // pathway.assessment:160
  co_return (policy_thresholds_needs_plan(seen, thresholds) ? Either<Stage>(Stage::CHILD_IN_NEED) : Either<Stage>(Stage::SHORT_HELP));
}
Gen<i64> pathway_short_help_short_help(Child* child, Service* service) {
  [[maybe_unused]] double elapsed{};
  [[maybe_unused]] double length{};
  [[maybe_unused]] double now{};
  [[maybe_unused]] Parameters* p{};
  // pathway.short_help:31
  Parameters* t_254 = service->p;
  double t_255 = service->env->now;
  p = t_254;
  now = t_255;
  // pathway.short_help:32
  double t_256 = child->elapsed;
  double t_257 = 0.0;
  elapsed = t_256;
  child->elapsed = t_257;
  // pathway.short_help:33
  service->write->write((now - elapsed), child->number, i64(6), child->episode, -1, -1, 0.0, nan_, nan_);
  // pathway.short_help:34
  Office_reweigh(service->office, child, p->points_short_help);
  // pathway.short_help:35
  child->urgent = false;
  // pathway.short_help:36
  length = pathway_short_help__length(child, service, elapsed);
  // pathway.short_help:37
  Service_plan_work(service, child, i64(48), (now + divide(length, double(i64(3)))), (now + divide(length, double(i64(2)))), nullptr);
  // pathway.short_help:38
  i64 t_258 = i64(48);
  double t_259 = ((now + length) - i64(3));
  double t_260 = (now + length);
  Fn<void(Task*, Worker*, double)> t_261 = Service_then(service, News::REVIEWED);
  Service_plan_work(service, child, t_258, t_259, t_260, t_261);
  // pathway.short_help:39
  co_await (Child_until(child, News::REVIEWED));
  // pathway.short_help:40
  child->help = (child->help + p->help_short);
  // pathway.short_help:41
  co_return i64(26);
}
Gen<Either<Stage>> pathway_child_in_need_child_in_need(Child* child, Service* service) {
  [[maybe_unused]] News news{};
  [[maybe_unused]] Opt<Either<Stage>> outcome{};
  // pathway.child_in_need:74
  pathway_child_in_need_start_plan(child, service);
  // pathway.child_in_need:75
  while (true) {
  // pathway.child_in_need:76
  News t_165 = (co_yield static_cast<SimEvent*>(Child_news(child))).as<News>();
  news = t_165;
  // pathway.child_in_need:77
  outcome = Opt<Either<Stage>>{};
  // pathway.child_in_need:78
  if ((news == News::CONCERN)) {
  // pathway.child_in_need:79
  Opt<Stage> t_166 = co_await (pathway_child_in_need__enquire(child, service));
  outcome = Opt<Either<Stage>>::from(t_166);
  } else {
  // pathway.child_in_need:80
  if ((news == News::REVIEWED)) {
  // pathway.child_in_need:81
  Opt<Either<Stage>> t_167 = co_await (pathway_child_in_need_review(child, service));
  outcome = t_167;
  // pathway.child_in_need:82
  if (is_none(outcome)) {
  // pathway.child_in_need:83
  pathway_child_in_need_plan_review(child, service, 0.0);
  }
  }
  }
  // pathway.child_in_need:84
  if (!is_none(outcome)) {
  // pathway.child_in_need:85
  co_return pathway_child_in_need__end(child, service, (outcome).value());
  }
  }
  throw Stopped();
}
Gen<Either<Stage>> pathway_child_protection_child_protection(Child* child, Service* service) {
  [[maybe_unused]] News news{};
  [[maybe_unused]] Opt<Either<Stage>> outcome{};
  // pathway.child_protection:108
  pathway_child_protection_start_plan(child, service);
  // pathway.child_protection:109
  while (true) {
  // pathway.child_protection:110
  News t_119 = (co_yield static_cast<SimEvent*>(Child_news(child))).as<News>();
  news = t_119;
  // pathway.child_protection:111
  if ((news == News::CONCERN)) {
  // pathway.child_protection:112
  co_return pathway_child_protection_end_plan(child, service, Either<Stage>(Stage::LOOKED_AFTER));
  }
  // pathway.child_protection:113
  if ((news == News::REVIEWED)) {
  // pathway.child_protection:114
  outcome = pathway_child_protection_review(child, service);
  // pathway.child_protection:115
  if (!is_none(outcome)) {
  // pathway.child_protection:116
  co_return pathway_child_protection_end_plan(child, service, (outcome).value());
  }
  // pathway.child_protection:117
  pathway_child_protection_plan_review(child, service, false, 0.0);
  }
  }
  throw Stopped();
}
Gen<Either<Stage>> pathway_looked_after_looked_after(Child* child, Service* service) {
  [[maybe_unused]] double elapsed{};
  [[maybe_unused]] Dict<Str, Stream>* luck{};
  [[maybe_unused]] Parameters* p{};
  // pathway.looked_after:22
  Parameters* t_66 = service->p;
  Dict<Str, Stream>* t_67 = service->luck;
  p = t_66;
  luck = t_67;
  // pathway.looked_after:23
  child->plans = (child->plans + i64(1));
  // pathway.looked_after:24
  elapsed = Service_record_start(service, child, i64(14), (-i64(1)));
  // pathway.looked_after:25
  Office_assign(service->office, child, i64(74), p->points_looked_after, false, IntSet({i64(60), i64(61), i64(62)}));
  // pathway.looked_after:26
  pathway_visits_plan_visit(child, service);
  // pathway.looked_after:27
  double t_68 = at_(luck, Str(3 /* care length */))(child->number, child->plans);
  co_yield static_cast<SimEvent*>(service->env->timeout(pathway_looked_after__time_left(t_68, p->care_length_shape, p->care_length_scale_days, elapsed)));
  // pathway.looked_after:30
  double t_69 = at_(luck, Str(4 /* care outcome */))(child->number, child->plans);
  i64 t_70 = engine_variates_choice(t_69, pathway_looked_after__outcomes(p));
  co_return pathway_looked_after_leave_care(child, service, t_70);
}
Gen<Either<Stage>> pathway_looked_after_disability_service(Child* child, Service* service) {
  [[maybe_unused]] double elapsed{};
  [[maybe_unused]] Parameters* p{};
  [[maybe_unused]] double u{};
  // pathway.looked_after:73
  p = service->p;
  // pathway.looked_after:74
  elapsed = Service_record_start(service, child, i64(18), (-i64(1)));
  // pathway.looked_after:75
  Office_release(service->office, child);
  // pathway.looked_after:76
  u = at_(service->luck, Str(2 /* disability service length */))(child->number, child->episode);
  // pathway.looked_after:77
  co_yield static_cast<SimEvent*>(service->env->timeout(pathway_looked_after__time_left(u, p->disability_service_shape, p->disability_service_scale_days, elapsed)));
  // pathway.looked_after:78
  Service_record(service, child, i64(19), (-i64(1)), nan_, nan_);
  // pathway.looked_after:79
  co_return Either<Stage>(i64(26));
}
Gen<i64> pathway_looked_after_care_leaver(Child* child, Service* service) {
  [[maybe_unused]] double elapsed{};
  [[maybe_unused]] Parameters* p{};
  // pathway.looked_after:60
  p = service->p;
  // pathway.looked_after:61
  double t_61 = child->elapsed;
  double t_62 = 0.0;
  elapsed = t_61;
  child->elapsed = t_62;
  // pathway.looked_after:62
  service->write->write((service->env->now - elapsed), child->number, i64(16), child->episode, -1, -1, 0.0, nan_, nan_);
  // pathway.looked_after:63
  Office_release(service->office, child);
  // pathway.looked_after:64
  double t_63 = at_(service->luck, Str(1 /* care leaver length */))(child->number, i64(0));
  co_yield static_cast<SimEvent*>(service->env->timeout(pathway_looked_after__time_left(t_63, p->care_leaver_shape, p->care_leaver_scale_days, elapsed)));
  // pathway.looked_after:67
  Service_record(service, child, i64(17), (-i64(1)), nan_, nan_);
  // pathway.looked_after:68
  co_return i64(26);
}
Either<Stage> pathway_journey_leave(Child* child, Service* service, i64 because) {
  [[maybe_unused]] Either<Stage> following{};
  // pathway.journey:54
  if ((because == i64(0))) {
  // pathway.journey:55
  following = pathway_looked_after_at_eighteen(child, service);
  // pathway.journey:56
  if (holds<Stage>(following)) {
  // pathway.journey:57
  return following;
  }
  } else {
  // pathway.journey:59
  following = ((because == i64(2)) ? Either<Stage>(i64(21)) : Either<Stage>(i64(24)));
  }
  // pathway.journey:60
  pathway_closure_end_stage_early(child, service, (following).as<i64>());
  // pathway.journey:61
  return following;
}
Either<Stage> pathway_looked_after_at_eighteen(Child* child, Service* service) {
  // pathway.looked_after:84
  if ((child->stage == Stage::LOOKED_AFTER)) {
  // pathway.looked_after:85
  pathway_visits_drop_visits(child, service);
  // pathway.looked_after:86
  Service_record(service, child, i64(15), i64(50), nan_, nan_);
  // pathway.looked_after:87
  return Either<Stage>(Stage::CARE_LEAVER);
  }
  // pathway.looked_after:88
  if ((child->stage == Stage::DISABILITY_SERVICE)) {
  // pathway.looked_after:89
  Service_record(service, child, i64(19), (-i64(1)), nan_, nan_);
  // pathway.looked_after:90
  return Either<Stage>(i64(25));
  }
  // pathway.looked_after:91
  return Either<Stage>(i64(26));
}
void pathway_closure_end_stage_early(Child* child, Service* service, i64 reason) {
  [[maybe_unused]] i64 detail{};
  // pathway.closure:15
  detail = ((reason == i64(24)) ? i64(51) : i64(40));
  // pathway.closure:16
  if ((child->stage == Stage::CHILD_IN_NEED)) {
  // pathway.closure:17
  pathway_child_in_need_end_plan(child, service, detail);
  } else {
  // pathway.closure:18
  if ((child->stage == Stage::CHILD_PROTECTION)) {
  // pathway.closure:19
  pathway_child_protection_end_plan(child, service, Either<Stage>(reason));
  } else {
  // pathway.closure:20
  if ((child->stage == Stage::LOOKED_AFTER)) {
  // pathway.closure:21
  Service_record(service, child, i64(15), detail, nan_, nan_);
  } else {
  // pathway.closure:22
  if (((child->stage == Stage::DISABILITY_SERVICE) && (reason != i64(25)))) {
  // pathway.closure:23
  Service_record(service, child, i64(19), (-i64(1)), nan_, nan_);
  } else {
  // pathway.closure:24
  if ((child->stage == Stage::CARE_LEAVER)) {
  // pathway.closure:25
  Service_record(service, child, i64(17), (-i64(1)), nan_, nan_);
  }
  }
  }
  }
  }
}
void pathway_child_in_need_end_plan(Child* child, Service* service, i64 detail) {
  // pathway.child_in_need:124
  pathway_visits_drop_visits(child, service);
  // pathway.child_in_need:125
  Case_drop_tasks(child, Opt<IntSet>(IntSet({i64(25)})));
  // pathway.child_in_need:126
  Service_record(service, child, i64(8), detail, nan_, nan_);
  // pathway.child_in_need:127
  Service_record(service, child, i64(42), (-i64(1)), nan_, child->help);
}
Either<Stage> pathway_child_protection_end_plan(Child* child, Service* service, Either<Stage> outcome) {
  [[maybe_unused]] Dict<Stage, i64>* details{};
  // pathway.child_protection:138
  details = dict_with<Stage, i64>({{Stage::LOOKED_AFTER, i64(46)}, {Stage::CHILD_IN_NEED, i64(42)}});
  // pathway.child_protection:139
  pathway_visits_drop_visits(child, service);
  // pathway.child_protection:140
  Case_drop_tasks(child, Opt<IntSet>(IntSet({i64(27)})));
  // pathway.child_protection:141
  if (!is_none(child->review)) {
  // pathway.child_protection:142
  pathway_child_protection__cancel_review(child, service);
  }
  // pathway.child_protection:143
  child->urgent = false;
  // pathway.child_protection:144
  child->enquired = (-inf);
  // pathway.child_protection:145
  Service_record(service, child, i64(13), (holds<Stage>(outcome) ? at_(details, (outcome).as<Stage>()) : i64(40)), nan_, nan_);
  // pathway.child_protection:146
  Service_record(service, child, i64(42), (-i64(1)), nan_, child->help);
  // pathway.child_protection:147
  return outcome;
}
i64 pathway_child_protection__cancel_review(Child* child, Service* service) {
  [[maybe_unused]] Task* chairing{};
  [[maybe_unused]] i64 day{};
  [[maybe_unused]] i64 due{};
  [[maybe_unused]] Task* report{};
  // pathway.child_protection:82
  if (!(!is_none(child->review))) throw Failed("cinsim.pathway.child_protection:82");
  // pathway.child_protection:83
  std::tuple<Task*, Task*, i64, i64> t_60 = (child->review).value();
  chairing = std::get<0>(t_60);
  report = std::get<1>(t_60);
  day = std::get<2>(t_60);
  due = std::get<3>(t_60);
  // pathway.child_protection:84
  child->review = Opt<std::tuple<Task*, Task*, i64, i64>>{};
  // pathway.child_protection:85
  if (!is_none(chairing->diary)) {
  // pathway.child_protection:86
  chairing->diary = nullptr;
  // pathway.child_protection:87
  if ((day > service->env->now)) {
  // pathway.child_protection:88
  ConferenceDiary_cancel(service->conference_diary, day);
  }
  // pathway.child_protection:89
  Case_drop_task(child, report);
  }
  // pathway.child_protection:90
  return due;
}
void ConferenceDiary_init(ConferenceDiary* self) {
  // pathway.conference_diary:20
  self->booked = make<Dict<i64, i64>>();
  // pathway.conference_diary:21
  self->_weeks = make<Dict<i64, i64>>();
}
ConferenceDiary* new_ConferenceDiary() { auto self = make<ConferenceDiary>(); ConferenceDiary_init(self); return self; }
void ConferenceDiary_cancel(ConferenceDiary* self, i64 day) {
  // pathway.conference_diary:37
  ConferenceDiary__add(self, day, (-i64(1)));
}
void Case_drop_task(Case* self, Task* task) {
  // workforce.work:147
  if (contains(self->tasks, task)) {
  // workforce.work:148
  self->tasks->remove(task);
  // workforce.work:149
  task->diary = nullptr;
  }
}
void ConferenceDiary__add(ConferenceDiary* self, i64 day, i64 number) {
  [[maybe_unused]] i64 week{};
  // pathway.conference_diary:40
  week = to_int(floor_divide(double(day), 5.0));
  // pathway.conference_diary:41
  put(self->booked, day, (self->booked->get(day, i64(0)) + number));
  // pathway.conference_diary:42
  put(self->_weeks, week, (self->_weeks->get(week, i64(0)) + number));
}
double pathway_looked_after__time_left(double u, double shape, double scale, double elapsed) {
  [[maybe_unused]] double gone{};
  // pathway.looked_after:35
  gone = (-math_expm1((-power(divide(elapsed, scale), shape))));
  // pathway.looked_after:36
  return max_(engine_clock_on_grid((engine_variates_weibull((gone + (u * (1.0 - gone))), shape, scale) - elapsed)), 1.0);
}
double engine_clock_on_grid(double time) {
  // engine.clock:25
  return divide(double(math_ceil((time * i64(1024)))), double(i64(1024)));
}
double engine_variates_weibull(double u, double shape, double scale) {
  // engine.variates:40
  return (scale * power((-math_log1p((-u))), divide(1.0, shape)));
}
double Service_record_start(Service* self, Child* child, i64 event, i64 detail) {
  [[maybe_unused]] double elapsed{};
  // pathway.service:151
  double t_64 = child->elapsed;
  double t_65 = 0.0;
  elapsed = t_64;
  child->elapsed = t_65;
  // pathway.service:152
  child->plan_since = (self->env->now - elapsed);
  // pathway.service:153
  child->last_seen = (self->env->now - min_(elapsed, 5.0));
  // pathway.service:154
  self->write->write(child->plan_since, child->number, event, child->episode, (-i64(1)), detail, 0.0, nan_, nan_);
  // pathway.service:155
  self->write->write(child->plan_since, child->number, i64(42), child->episode, (-i64(1)), (-i64(1)), 0.0, nan_, child->help);
  // pathway.service:156
  return elapsed;
}
void Office_assign(Office* self, Case* case_, i64 team, double points, bool urgent, IntSet roles) {
  [[maybe_unused]] Team* wanted{};
  // workforce.office:276
  Office_reweigh(self, case_, points);
  // workforce.office:277
  bool t_111 = urgent;
  IntSet t_112 = roles;
  case_->urgent = t_111;
  case_->roles = t_112;
  // workforce.office:278
  wanted = at_(self->teams, ((truth(at_(self->teams, team)->workers) || (team != i64(73))) ? team : i64(72)));
  // workforce.office:279
  if ((!is_none(case_->holder) && (case_->holder->team == wanted) && contains(roles, case_->holder->role))) {
  // workforce.office:280
  Team* t_113 = wanted;
  Waiting* t_114 = nullptr;
  case_->team = t_113;
  case_->waiting = t_114;
  // workforce.office:281
  return;
  }
  // workforce.office:282
  Team_allocate(wanted, case_);
}
void pathway_visits_plan_visit(Child* child, Service* service) {
  [[maybe_unused]] double booked{};
  [[maybe_unused]] double due{};
  [[maybe_unused]] double every{};
  [[maybe_unused]] double seen_ago{};
  [[maybe_unused]] bool seen_when_due{};
  [[maybe_unused]] Fn<void(Task*, Worker*, double)> visited{};
  // pathway.visits:39
  every = pathway_visits_interval(child, service);
  // pathway.visits:40
  double t_71 = modulo(child->rhythm, every);
  double t_72 = 0.0;
  seen_ago = t_71;
  child->rhythm = t_72;
  // pathway.visits:41
  if ((seen_ago > 0.0)) {
  // pathway.visits:42
  child->last_seen = (service->env->now - seen_ago);
  }
  // pathway.visits:43
  due = ((math_floor(service->env->now) + every) - to_int(seen_ago));
  // pathway.visits:44
  booked = (due - (service->p->visit_lead_share * every));
  // pathway.visits:45
  seen_when_due = ((child->stage != Stage::LOOKED_AFTER) && !(Service_late_visits_see_late(service)));
  // pathway.visits:46
  if (seen_when_due) {
  // pathway.visits:47
  pathway_visits__see_when_due(child, service, due);
  }
  // pathway.visits:49
  visited = make_fn<void(Task*, Worker*, double)>([=](Task* task, Worker* worker, double now) mutable -> void { // pathway.visits:50
 pathway_visits__visited(task, worker, now, service, seen_when_due); });
  // pathway.visits:52
  Service_plan_work(service, child, pathway_visits_kind_of_visit(child->stage), booked, due, visited);
}
Either<Stage> pathway_looked_after_leave_care(Child* child, Service* service, i64 outcome) {
  [[maybe_unused]] std::tuple<i64, i64, i64, i64, i64> details{};
  [[maybe_unused]] List<Either<Stage>>* follows{};
  // pathway.looked_after:49
  pathway_visits_drop_visits(child, service);
  // pathway.looked_after:50
  follows = list_with<Either<Stage>>({Either<Stage>(i64(20)), Either<Stage>(i64(22)), Either<Stage>(i64(23)), Either<Stage>(Stage::CHILD_IN_NEED), Either<Stage>(i64(26))});
  // pathway.looked_after:51
  details = std::tuple<i64, i64, i64, i64, i64>(i64(20), i64(22), i64(23), i64(48), i64(48));
  // pathway.looked_after:52
  Service_record(service, child, i64(15), pick(details, outcome), nan_, nan_);
  // pathway.looked_after:53
  if (((at_(follows, outcome) == Either<Stage>(Stage::CHILD_IN_NEED)) && (service->tables->leaves[child->number] <= service->env->now))) {
  // pathway.looked_after:54
  return Either<Stage>(i64(24));
  }
  // pathway.looked_after:55
  return at_(follows, outcome);
}
i64 engine_variates_choice(double u, List<double>* cumulative) {
  // engine.variates:45
  return min_(bisect_right(cumulative, u), (len_(cumulative) - i64(1)));
}
List<double>* pathway_looked_after__outcomes(Parameters* p) {
  [[maybe_unused]] double adopted{};
  [[maybe_unused]] double arranged{};
  [[maybe_unused]] double guarded{};
  // pathway.looked_after:41
  adopted = p->care_ends_adopted;
  // pathway.looked_after:42
  arranged = (adopted + p->care_ends_arrangements_order);
  // pathway.looked_after:43
  guarded = (arranged + p->care_ends_guardianship);
  // pathway.looked_after:44
  return list_with<double>({adopted, arranged, guarded, (guarded + p->care_ends_home_with_plan), 1.0});
}
double pathway_visits_interval(Child* child, Service* service) {
  [[maybe_unused]] double now{};
  [[maybe_unused]] VisitPolicy* visits{};
  // pathway.visits:22
  VisitPolicy* t_109 = service->practice->visits;
  double t_110 = service->env->now;
  visits = t_109;
  now = t_110;
  // pathway.visits:23
  if ((child->stage == Stage::CHILD_PROTECTION)) {
  // pathway.visits:24
  return Interval_at(visits->cpp, now, child->need_category);
  }
  // pathway.visits:25
  if ((child->stage == Stage::LOOKED_AFTER)) {
  // pathway.visits:26
  return Interval_at(visits->looked_after, now, child->need_category);
  }
  // pathway.visits:27
  return Interval_at(((child->need_category == i64(3)) ? visits->disabled : visits->cin), now, child->need_category);
}
bool Service_late_visits_see_late(Service* self) {
  // pathway.service:177
  return Rules_feedbacks_at(self->office->staffing->rules, self->env->now)->lateness_to_detection;
}
void pathway_visits__see_when_due(Child* child, Service* service, double due) {
  [[maybe_unused]] Fn<void(SimEvent*)> look{};
  [[maybe_unused]] i64 plan{};
  [[maybe_unused]] SimEvent* seen{};
  // pathway.visits:106
  plan = child->plans;
  // pathway.visits:108
  look = make_fn<void(SimEvent*)>([=](SimEvent* _) mutable -> void { // pathway.visits:109
 if (((child->plans == plan) && contains(list_from<Stage>(std::tuple<Stage, Stage>(Stage::CHILD_IN_NEED, Stage::CHILD_PROTECTION)), child->stage) && !is_none(child->holder))) { // pathway.visits:110
 child->visits = (child->visits + i64(1)); // pathway.visits:111
 if (pathway_visits__sees_concern(child, child->holder, service)) { // pathway.visits:112
 Child_tell(child, News::CONCERN); } } });
  // pathway.visits:114
  seen = service->env->timeout((due - service->env->now));
  // pathway.visits:115
  seen->callbacks->append(look);
}
void pathway_visits__visited(Task* task, Worker* worker, double now, Service* service, bool seen_when_due) {
  [[maybe_unused]] Child* child{};
  [[maybe_unused]] double gap{};
  [[maybe_unused]] Dict<Str, Stream>* luck{};
  [[maybe_unused]] double miss{};
  [[maybe_unused]] Parameters* p{};
  // pathway.visits:56
  child = static_cast<Child*>(task->case_);
  // pathway.visits:57
  Parameters* t_74 = service->p;
  Dict<Str, Stream>* t_75 = service->luck;
  p = t_74;
  luck = t_75;
  // pathway.visits:58
  child->visits = (child->visits + i64(1));
  // pathway.visits:59
  miss = p->visit_not_achieved_share;
  // pathway.visits:60
  if (((task->kind == i64(22)) && [&]() -> bool { double t_77 = at_(luck, Str(5 /* hard to reach */))(child->number, child->episode); return (t_77 < p->hard_to_reach_share); }())) {
  // pathway.visits:61
  miss = p->hard_to_reach_visit_not_achieved;
  }
  // pathway.visits:62
  double t_78 = at_(luck, Str(6 /* visit achieved */))(child->number, child->visits);
  if ((t_78 < miss)) {
  // pathway.visits:63
  pathway_visits__not_achieved(task, worker, now, service);
  // pathway.visits:64
  return;
  }
  // pathway.visits:65
  service->record_work(task, worker, now);
  // pathway.visits:66
  double t_79 = (now - child->last_seen);
  double t_80 = now;
  gap = t_79;
  child->last_seen = t_80;
  // pathway.visits:67
  if ((child->stage != Stage::LOOKED_AFTER)) {
  // pathway.visits:68
  pathway_visits__help(child, worker, gap, service);
  // pathway.visits:69
  if ((!(seen_when_due) && pathway_visits__sees_concern(child, worker, service))) {
  // pathway.visits:70
  Child_tell(child, News::CONCERN);
  }
  }
  // pathway.visits:71
  pathway_visits_plan_visit(child, service);
}
Task* Service_plan_work(Service* self, Case* child, i64 kind, double booked, double due, Fn<void(Task*, Worker*, double)> done) {
  // pathway.service:201
  Fn<void(Task*, Worker*, double)> t_73 = done;
  return Case_plan_task(child, kind, at_(self->hours, kind), booked, due, (truth(t_73) ? t_73 : self->record_work));
}
i64 pathway_visits_kind_of_visit(Stage stage) {
  // pathway.visits:32
  if ((stage == Stage::CHILD_PROTECTION)) {
  // pathway.visits:33
  return i64(23);
  }
  // pathway.visits:34
  return ((stage == Stage::LOOKED_AFTER) ? i64(24) : i64(22));
}
void pathway_visits__not_achieved(Task* task, Worker* worker, double now, Service* service) {
  [[maybe_unused]] double again{};
  [[maybe_unused]] Case* child{};
  [[maybe_unused]] double hours{};
  [[maybe_unused]] Parameters* p{};
  // pathway.visits:76
  Parameters* t_106 = service->p;
  Case* t_107 = task->case_;
  p = t_106;
  child = t_107;
  // pathway.visits:77
  hours = (task->hours * p->visit_not_achieved_hours_share);
  // pathway.visits:78
  service->write->write(now, child->number, i64(49), child->episode, worker->number, (-i64(1)), hours, task->due, nan_);
  // pathway.visits:79
  again = (now + ((task->kind == i64(23)) ? p->visit_retry_days : p->cin_visit_retry_days));
  // pathway.visits:80
  Service_plan_work(service, child, task->kind, again, task->due, task->done);
}
void pathway_visits__help(Child* child, Worker* worker, double gap, Service* service) {
  [[maybe_unused]] double dose{};
  [[maybe_unused]] Practice* practice{};
  // pathway.visits:84
  practice = service->practice;
  // pathway.visits:85
  dose = Help_dose(practice->help, gap, (child->stage == Stage::CHILD_PROTECTION));
  // pathway.visits:86
  double t_101 = child->help;
  double t_102 = (dose * worker->effect->help_ratio);
  double t_103 = PlanQuality_help_ratio(practice->plan_quality, child->high_quality);
  double t_104 = (t_102 * t_103);
  child->help = (t_101 + t_104);
}
bool pathway_visits__sees_concern(Child* child, Worker* worker, Service* service) {
  [[maybe_unused]] bool crossed{};
  [[maybe_unused]] double severity{};
  // pathway.visits:91
  severity = Service_severity(service, child);
  // pathway.visits:92
  if ((child->stage == Stage::CHILD_PROTECTION)) {
  // pathway.visits:93
  crossed = policy_thresholds_needs_care(severity, Service_thresholds(service));
  } else {
  // pathway.visits:95
  Thresholds* t_84 = Service_open_case_thresholds(service, child);
  crossed = (policy_thresholds_needs_section_47(severity, t_84) && Service_is_new_concern(service, child, severity));
  }
  // pathway.visits:96
  if (!(crossed)) {
  // pathway.visits:97
  return false;
  }
  // pathway.visits:98
  double t_85 = at_(service->luck, Str(7 /* detection */))(child->number, child->visits);
  return (t_85 < (service->p->detection_per_visit * worker->effect->detection_ratio));
}
void Child_tell(Child* self, News news) {
  // pathway.child:104
  if ((!is_none(self->wake) && !(self->wake->triggered))) {
  // pathway.child:105
  self->wake->succeed(sent(news));
  } else {
  // pathway.child:107
  self->inbox->append(news);
  }
}
double Service_severity(Service* self, Child* child) {
  [[maybe_unused]] double concern{};
  [[maybe_unused]] double now{};
  // pathway.service:166
  now = self->env->now;
  // pathway.service:167
  concern = (child->concern * power(2.0, ((now - child->concern_since) * self->_concern_fade)));
  // pathway.service:168
  double t_99 = self->_need(child->number, at_(self->_quarter, to_int(now)));
  double t_100 = (t_99 + concern);
  return (t_100 - child->help);
}
bool policy_thresholds_needs_care(double seen, Thresholds* thresholds) {
  // policy.thresholds:118
  return (seen >= thresholds->care);
}
Thresholds* Service_thresholds(Service* self) {
  // pathway.service:181
  return ThresholdPolicy_at(self->practice->thresholds, self->env->now);
}
bool policy_thresholds_needs_section_47(double seen, Thresholds* thresholds) {
  // policy.thresholds:103
  return (seen >= thresholds->section_47);
}
Thresholds* Service_open_case_thresholds(Service* self, Child* child) {
  [[maybe_unused]] Thresholds* thresholds{};
  // pathway.service:185
  thresholds = Thresholds_for_open_case(Service_thresholds(self));
  // pathway.service:186
  if ((!is_none(child->holder) && truth(child->holder->effect->escalation_shift))) {
  // pathway.service:187
  Thresholds* t_87 = copy_of(thresholds);
  t_87->section_47 = (thresholds->section_47 - child->holder->effect->escalation_shift);
  return t_87;
  }
  // pathway.service:188
  return thresholds;
}
bool Service_is_new_concern(Service* self, Child* child, double severity) {
  // pathway.service:195
  return ((severity >= (child->enquired + self->p->repeat_enquiry_margin)) && (to_int(self->env->now) > child->enquired_on));
}
Effect* Office_effect_of(Office* self, i64 role) {
  // workforce.office:186
  return ((role == i64(63)) ? self->_lead_effect : constant_NO_EFFECT_86);
}
Thresholds* Thresholds_for_open_case(Thresholds* self) {
  // policy.thresholds:40
  return policy_thresholds__for_open_case(self);
}
Thresholds* policy_thresholds__for_open_case(Thresholds* t) {
  [[maybe_unused]] double s{};
  // policy.thresholds:87
  s = t->open_case_shift;
  // policy.thresholds:88
  Thresholds* t_88 = copy_of(t);
  t_88->section_47 = (t->section_47 + s);
  t_88->conference = (t->conference + s);
  t_88->child_protection = (t->child_protection + s);
  return t_88;
}
Thresholds* ThresholdPolicy_at(ThresholdPolicy* self, double time) {
  // policy.thresholds:78
  if ((time < self->ramp->start)) {
  // policy.thresholds:79
  return self->own;
  }
  // policy.thresholds:80
  if ((time >= self->ramp->full)) {
  // policy.thresholds:81
  return self->target;
  }
  // policy.thresholds:82
  return policy_thresholds__between(self->own, self->target, Ramp_at(self->ramp, double(to_int(time))));
}
Thresholds* policy_thresholds__between(Thresholds* own, Thresholds* target, double share) {
  // policy.thresholds:93
  return Thresholds_towards(own, target, share);
}
Thresholds* Thresholds_towards(Thresholds* self, Thresholds* other, double share) {
  [[maybe_unused]] Fn<double(double, double)> between{};
  // policy.thresholds:48
  if ((share == 0.0)) {
  // policy.thresholds:49
  return self;
  }
  // policy.thresholds:51
  between = make_fn<double(double, double)>([=](double a, double b) mutable -> double { // policy.thresholds:52
 return ((share == 1.0) ? b : ((math_isinf(a) || math_isinf(b)) ? a : (a + (share * (b - a))))); });
  // policy.thresholds:54
  double t_89 = between(self->screening, other->screening);
  double t_90 = between(self->in_need, other->in_need);
  double t_91 = between(self->plan, other->plan);
  double t_92 = between(self->section_47, other->section_47);
  double t_93 = between(self->conference, other->conference);
  double t_94 = between(self->child_protection, other->child_protection);
  double t_95 = between(self->care, other->care);
  double t_96 = between(self->close_plan, other->close_plan);
  double t_97 = between(self->end_protection, other->end_protection);
  double t_98 = between(self->open_case_shift, other->open_case_shift);
  return new_Thresholds(t_89, t_90, t_91, t_92, t_93, t_94, t_95, t_96, t_97, t_98);
}
Thresholds* new_Thresholds(double screening, double in_need, double plan, double section_47, double conference, double child_protection, double care, double close_plan, double end_protection, double open_case_shift) { auto self = make<Thresholds>(); self->screening = screening; self->in_need = in_need; self->plan = plan; self->section_47 = section_47; self->conference = conference; self->child_protection = child_protection; self->care = care; self->close_plan = close_plan; self->end_protection = end_protection; self->open_case_shift = open_case_shift; return self; }
double Help_dose(Help* self, double gap, bool protection) {
  [[maybe_unused]] double full{};
  [[maybe_unused]] double reference{};
  // policy.help:42
  std::tuple<double, double> t_105 = (protection ? std::tuple<double, double>(self->per_protection_visit, self->protection_reference_gap) : std::tuple<double, double>(self->per_visit, self->reference_gap));
  full = std::get<0>(t_105);
  reference = std::get<1>(t_105);
  // policy.help:45
  return divide((full * (1.0 - power(2.0, divide((-gap), self->half_gap)))), (1.0 - power(2.0, divide((-reference), self->half_gap))));
}
double PlanQuality_help_ratio(PlanQuality* self, bool high) {
  // policy.plan_quality:26
  return divide((1.0 + (self->help_gain * high)), (1.0 + (self->help_gain * self->share_before)));
}
Feedbacks* Rules_feedbacks_at(Rules* self, double time) {
  // workforce.staffing:92
  return ((time >= self->ramp->start) ? self->feedbacks : constant__USUAL_FEEDBACKS_108);
}
double Interval_at(Interval* self, double time, i64 need_category) {
  // policy.visits:22
  if ((time < self->ramp->start)) {
  // policy.visits:23
  return self->before;
  }
  // policy.visits:24
  return Ramp_blend(self->ramp, self->before, self->by_category->get(need_category, self->after), time);
}
void Office_reweigh(Office* self, Case* case_, double points) {
  [[maybe_unused]] double change{};
  // workforce.office:290
  double t_116 = (points - case_->points);
  double t_117 = points;
  change = t_116;
  case_->points = t_117;
  // workforce.office:291
  if (!is_none(case_->holder)) {
  // workforce.office:292
  Worker_weigh(case_->holder, change);
  // workforce.office:293
  if ((change < 0.0)) {
  // workforce.office:294
  Team_allocate_waiting(case_->holder->team);
  }
  }
}
void Team_allocate(Team* self, Case* case_) {
  [[maybe_unused]] double now{};
  [[maybe_unused]] std::tuple<i64, double, i64, Waiting*> place{};
  [[maybe_unused]] double since{};
  [[maybe_unused]] Worker* worker{};
  // workforce.teams:81
  now = self->office->env->now;
  // workforce.teams:82
  since = ((!is_none(case_->waiting) && (case_->team == self)) ? case_->waiting->since : now);
  // workforce.teams:83
  case_->team = self;
  // workforce.teams:84
  worker = Team__least_loaded(self, case_);
  // workforce.teams:85
  if (!is_none(worker)) {
  // workforce.teams:86
  Team__give(self, case_, worker);
  // workforce.teams:87
  return;
  }
  // workforce.teams:88
  if (is_none(case_->holder)) {
  // workforce.teams:89
  self->office->write->write(now, case_->number, i64(38), case_->episode, (-i64(1)), self->code, 0.0, nan_, nan_);
  }
  // workforce.teams:90
  self->_count = (self->_count + i64(1));
  // workforce.teams:91
  case_->waiting = new_Waiting(case_, since);
  // workforce.teams:92
  place = std::tuple<i64, double, i64, Waiting*>((case_->urgent ? i64(0) : i64(1)), since, self->_count, case_->waiting);
  // workforce.teams:93
  List<std::tuple<i64, double, i64, Waiting*>>* t_115 = self->_waiting->setdefault(case_->roles, make<List<std::tuple<i64, double, i64, Waiting*>>>());
  heappush(t_115, std::tuple<i64, double, i64, Waiting*>(place));
}
Waiting* new_Waiting(Case* case_, double since) { auto self = make<Waiting>(); self->case_ = case_; self->since = since; return self; }
SimEvent* Child_news(Child* self) {
  // pathway.child:97
  self->wake = self->env->event();
  // pathway.child:98
  if (truth(self->inbox)) {
  // pathway.child:99
  self->wake->succeed(sent(self->inbox->pop(i64(0))));
  }
  // pathway.child:100
  return self->wake;
}
Opt<Either<Stage>> pathway_child_protection_review(Child* child, Service* service) {
  [[maybe_unused]] EarlyHelp* early_help{};
  [[maybe_unused]] double error{};
  [[maybe_unused]] Parameters* p{};
  [[maybe_unused]] double seen{};
  [[maybe_unused]] Thresholds* thresholds{};
  [[maybe_unused]] double u{};
  // pathway.child_protection:122
  Parameters* t_157 = service->p;
  Thresholds* t_158 = Service_thresholds(service);
  p = t_157;
  thresholds = t_158;
  // pathway.child_protection:123
  error = (p->conference_error_sd * PlanQuality_review_error_ratio(service->practice->plan_quality, child->high_quality));
  // pathway.child_protection:124
  seen = Service_seen(service, child, Str(13 /* conference error */), error);
  // pathway.child_protection:125
  if (policy_thresholds_needs_care(seen, thresholds)) {
  // pathway.child_protection:126
  return Opt<Either<Stage>>(Either<Stage>(Stage::LOOKED_AFTER));
  }
  // pathway.child_protection:127
  if (!(policy_thresholds_may_end_protection(seen, thresholds))) {
  // pathway.child_protection:128
  return Opt<Either<Stage>>{};
  }
  // pathway.child_protection:129
  double t_159 = at_(service->luck, Str(14 /* step down */))(child->number, child->plans);
  if ((t_159 < p->step_down_share)) {
  // pathway.child_protection:130
  return Opt<Either<Stage>>(Either<Stage>(Stage::CHILD_IN_NEED));
  }
  // pathway.child_protection:131
  EarlyHelp* t_160 = service->practice->early_help;
  double t_161 = at_(service->luck, Str(0 /* early help */))(child->number, child->episode);
  early_help = t_160;
  u = t_161;
  // pathway.child_protection:132
  child->steps_down = EarlyHelp_steps_down(early_help, u, service->env->now);
  // pathway.child_protection:133
  return Opt<Either<Stage>>(Either<Stage>(i64(26)));
}
void pathway_child_protection_start_plan(Child* child, Service* service) {
  [[maybe_unused]] i64 category{};
  [[maybe_unused]] double elapsed{};
  [[maybe_unused]] double every{};
  [[maybe_unused]] double held_for{};
  [[maybe_unused]] double now{};
  [[maybe_unused]] Parameters* p{};
  [[maybe_unused]] double since_first{};
  // pathway.child_protection:24
  Parameters* t_140 = service->p;
  double t_141 = service->env->now;
  p = t_140;
  now = t_141;
  // pathway.child_protection:25
  child->plans = (child->plans + i64(1));
  // pathway.child_protection:26
  i64 t_142 = i64(30);
  double t_143 = at_(service->luck, Str(10 /* abuse category */))(child->number, child->plans);
  i64 t_144 = engine_variates_choice(t_143, service->profiles->abuse);
  category = (t_142 + t_144);
  // pathway.child_protection:27
  elapsed = Service_record_start(service, child, i64(12), category);
  // pathway.child_protection:28
  child->previous_cpps = (child->previous_cpps + i64(1));
  // pathway.child_protection:29
  double t_145 = at_(service->luck, Str(11 /* plan quality */))(child->number, child->plans);
  child->high_quality = PlanQuality_is_high(service->practice->plan_quality, t_145, now);
  // pathway.child_protection:30
  Office_assign(service->office, child, i64(72), p->points_cpp, true, IntSet({i64(60), i64(61)}));
  // pathway.child_protection:31
  double t_146 = child->rhythm;
  double t_147 = p->core_group_interval_working_days;
  held_for = t_146;
  every = t_147;
  // pathway.child_protection:32
  pathway_visits_plan_visit(child, service);
  // pathway.child_protection:33
  pathway_child_protection__plan_core_group(child, service, (truth(held_for) ? (every - modulo(held_for, every)) : p->first_core_group_working_days));
  // pathway.child_protection:34
  i64 t_148 = ReviewPolicy_cpp_months(service->practice->reviews, now, true);
  i64 t_149 = Calendar_after_months(service->calendar, now, t_148);
  double t_150 = (t_149 - now);
  since_first = (held_for - t_150);
  // pathway.child_protection:35
  pathway_child_protection_plan_review(child, service, (since_first <= 0.0), ((since_first <= 0.0) ? elapsed : since_first));
}
void pathway_child_protection_plan_review(Child* child, Service* service, bool first, double elapsed) {
  [[maybe_unused]] i64 day{};
  [[maybe_unused]] i64 due{};
  [[maybe_unused]] double luck{};
  [[maybe_unused]] double now{};
  [[maybe_unused]] Parameters* p{};
  [[maybe_unused]] double share{};
  // pathway.child_protection:54
  Parameters* t_123 = service->p;
  double t_124 = service->env->now;
  p = t_123;
  now = t_124;
  // pathway.child_protection:55
  i64 t_125 = ReviewPolicy_cpp_months(service->practice->reviews, now, first);
  due = Calendar_after_months(service->calendar, now, t_125);
  // pathway.child_protection:56
  due = (due - to_int(modulo(elapsed, (due - now))));
  // pathway.child_protection:57
  double t_126 = p->review_lead_share;
  double t_127 = at_(service->luck, Str(8 /* review lead */))(child->number, child->judgements);
  share = (t_126 * t_127);
  // pathway.child_protection:58
  day = pathway_conferences_book(service, (now + i64(3)), (due - (share * (due - now))));
  // pathway.child_protection:59
  luck = at_(service->luck, Str(9 /* conference postponed */))(child->number, (child->judgements + i64(5000)));
  // pathway.child_protection:60
  if ((luck < p->review_postponed_share)) {
  // pathway.child_protection:61
  ConferenceDiary_cancel(service->conference_diary, day);
  // pathway.child_protection:62
  day = pathway_conferences_book(service, double((day + i64(1))), ((day + i64(1)) + (p->conference_postponed_days * engine_variates_exponential(divide(luck, p->review_postponed_share)))));
  }
  // pathway.child_protection:63
  pathway_child_protection__hold_review(child, service, day, due);
}
i64 Calendar_after_months(Calendar* self, double time, i64 months) {
  [[maybe_unused]] Opt<i64> at{};
  [[maybe_unused]] Date due{};
  [[maybe_unused]] std::tuple<i64, i64> key{};
  // engine.clock:98
  key = std::tuple<i64, i64>(math_floor(time), months);
  // engine.clock:99
  at = self->_after_months->get(key);
  // engine.clock:100
  if (is_none(at)) {
  // engine.clock:101
  due = engine_clock_add_months_to_date(Calendar_date_at(self, time), months);
  // engine.clock:102
  at = Opt<i64>(Calendar_time_of(self, due));
  // engine.clock:103
  if ((((i64(0) <= (at).value()) && ((at).value() < len_(self->_ordinals))) && (at_(self->_ordinals, (at).value()) > due.toordinal()))) {
  // engine.clock:104
  at = Opt<i64>(((at).value() - i64(1)));
  }
  // engine.clock:105
  put(self->_after_months, key, (at).value());
  }
  // engine.clock:106
  return (at).value();
}
i64 ReviewPolicy_cpp_months(ReviewPolicy* self, double time, bool first) {
  // policy.visits:54
  return ReviewPolicy__at(self, time, (first ? i64(1) : i64(2)));
}
i64 pathway_conferences_book(Service* service, double earliest, double target) {
  [[maybe_unused]] i64 a_day{};
  [[maybe_unused]] i64 a_week{};
  [[maybe_unused]] double average{};
  [[maybe_unused]] Worker* chair{};
  [[maybe_unused]] double fte{};
  // pathway.conferences:22
  fte = 0.0;
  // pathway.conferences:23
  for (auto item_128 : each(at_(service->office->teams, i64(75))->workers)) {
  chair = item_128;
  // pathway.conferences:24
  fte = (fte + chair->fte);
  }
  // pathway.conferences:25
  average = (fte * service->p->conferences_per_chair_day);
  // pathway.conferences:26
  i64 t_129 = max_(i64(1), math_ceil(max_(fte, average)));
  i64 t_130 = max_(i64(1), round_((5.0 * average)));
  a_day = t_129;
  a_week = t_130;
  // pathway.conferences:27
  return ConferenceDiary_book(service->conference_diary, math_ceil(earliest), math_floor(target), a_day, a_week);
}
double engine_variates_exponential(double u) {
  // engine.variates:25
  return (-math_log1p((-u)));
}
void pathway_child_protection__hold_review(Child* child, Service* service, i64 day, i64 due) {
  [[maybe_unused]] Task* chairing{};
  [[maybe_unused]] Diary* duty{};
  [[maybe_unused]] Fn<void(Task*, Worker*, double)> held{};
  [[maybe_unused]] double hours{};
  [[maybe_unused]] Task* report{};
  // pathway.child_protection:67
  report = Case_plan_task(child, i64(30), service->conference_report_hours, double((day - i64(6))), double((day - i64(1))), service->record_work);
  // pathway.child_protection:69
  held = make_fn<void(Task*, Worker*, double)>([=](Task* task, Worker* worker, double now) mutable -> void { // pathway.child_protection:70
 service->record_work(task, worker, now); // pathway.child_protection:71
 service->write->write(now, child->number, i64(26), child->episode, worker->number, (-i64(1)), 0.0, double(due), nan_); // pathway.child_protection:72
 Child_tell(child, News::REVIEWED); });
  // pathway.child_protection:74
  duty = Team_duty(at_(service->office->teams, i64(75)));
  // pathway.child_protection:75
  hours = at_(service->hours, i64(34));
  // pathway.child_protection:76
  chairing = Office_ask(service->office, duty, i64(34), child, hours, double(day), double((day + i64(1))), held);
  // pathway.child_protection:77
  child->review = Opt<std::tuple<Task*, Task*, i64, i64>>(std::tuple<Task*, Task*, i64, i64>(chairing, report, day, due));
}
Diary* Team_duty(Team* self) {
  // workforce.teams:63
  if (is_none(self->pool)) {
  // workforce.teams:64
  throw Failed("cinsim.workforce.teams:64");
  }
  // workforce.teams:65
  return self->pool;
}
i64 ConferenceDiary_book(ConferenceDiary* self, i64 first, i64 last, i64 a_day, i64 a_week) {
  [[maybe_unused]] i64 day{};
  // pathway.conference_diary:25
  day = last;
  // pathway.conference_diary:26
  while (((day >= first) && !(ConferenceDiary__has_room(self, day, a_day, a_week)))) {
  // pathway.conference_diary:27
  day = (day - i64(1));
  }
  // pathway.conference_diary:28
  if ((day < first)) {
  // pathway.conference_diary:29
  day = max_(first, (last + i64(1)));
  // pathway.conference_diary:30
  while (!(ConferenceDiary__has_room(self, day, a_day, a_week))) {
  // pathway.conference_diary:31
  day = (day + i64(1));
  }
  }
  // pathway.conference_diary:32
  ConferenceDiary__add(self, day, i64(1));
  // pathway.conference_diary:33
  return day;
}
bool ConferenceDiary__has_room(ConferenceDiary* self, i64 day, i64 a_day, i64 a_week) {
  // pathway.conference_diary:45
  return ((self->booked->get(day, i64(0)) < a_day) && (self->_weeks->get(to_int(floor_divide(double(day), 5.0)), i64(0)) < a_week));
}
i64 ReviewPolicy__at(ReviewPolicy* self, double time, i64 which) {
  // policy.visits:46
  return round_(Ramp_blend(self->ramp, double(pick(self->before, which)), double(pick(self->after, which)), time));
}
Date engine_clock_add_months_to_date(Date day, i64 months) {
  [[maybe_unused]] i64 last{};
  [[maybe_unused]] i64 month{};
  [[maybe_unused]] i64 month0{};
  [[maybe_unused]] i64 year{};
  [[maybe_unused]] i64 years{};
  // engine.clock:30
  std::tuple<i64, i64> t_131 = divmod_(((day.month - i64(1)) + months), i64(12));
  years = std::get<0>(t_131);
  month0 = std::get<1>(t_131);
  // engine.clock:31
  i64 t_132 = (day.year + years);
  i64 t_133 = (month0 + i64(1));
  year = t_132;
  month = t_133;
  // engine.clock:32
  last = (Date((year + (month == i64(12))), (modulo(month, i64(12)) + i64(1)), i64(1)) - Days{i64(1)}).day;
  // engine.clock:33
  return Date(year, month, min_(day.day, last));
}
Date Calendar_date_at(Calendar* self, double time) {
  [[maybe_unused]] i64 day{};
  // engine.clock:71
  day = math_floor(time);
  // engine.clock:72
  if ((day < i64(0))) {
  // engine.clock:73
  return (self->first + Days{math_floor(divide((day * 365.25), double(i64(253))))});
  }
  // engine.clock:74
  return Date::fromordinal(at_(self->_ordinals, min_(day, (self->days - i64(1)))));
}
i64 Calendar_time_of(Calendar* self, Date day) {
  [[maybe_unused]] i64 offset{};
  [[maybe_unused]] i64 past{};
  // engine.clock:78
  offset = (day.toordinal() - self->_first_ordinal);
  // engine.clock:79
  if ((offset < i64(0))) {
  // engine.clock:80
  return math_floor(divide(double((offset * i64(253))), 365.25));
  }
  // engine.clock:81
  past = (offset - len_(self->_time_of_day));
  // engine.clock:82
  if ((past >= i64(0))) {
  // engine.clock:83
  return (len_(self->_ordinals) + math_ceil(divide(double((past * i64(253))), 365.25)));
  }
  // engine.clock:84
  return at_(self->_time_of_day, offset);
}
bool PlanQuality_is_high(PlanQuality* self, double u, double time) {
  // policy.plan_quality:22
  return (u < Ramp_blend(self->ramp, self->share_before, self->share_after, time));
}
void pathway_child_protection__plan_core_group(Child* child, Service* service, double within) {
  [[maybe_unused]] double due{};
  [[maybe_unused]] Fn<void(Task*, Worker*, double)> held{};
  // pathway.child_protection:39
  due = (service->env->now + within);
  // pathway.child_protection:41
  held = make_fn<void(Task*, Worker*, double)>([=](Task* task, Worker* worker, double now) mutable -> void { // pathway.child_protection:42
 service->record_work(task, worker, now); // pathway.child_protection:43
 pathway_child_protection__plan_core_group(child, service, service->p->core_group_interval_working_days); // pathway.child_protection:44
 pathway_child_protection__bring_review_forward(child, service); });
  // pathway.child_protection:46
  Service_plan_work(service, child, i64(27), (due - i64(3)), due, held);
}
void pathway_child_protection__bring_review_forward(Child* child, Service* service) {
  [[maybe_unused]] i64 due{};
  [[maybe_unused]] double now{};
  [[maybe_unused]] Parameters* p{};
  [[maybe_unused]] double seen{};
  // pathway.child_protection:95
  Parameters* t_151 = service->p;
  double t_152 = service->env->now;
  p = t_151;
  now = t_152;
  // pathway.child_protection:96
  if ((is_none(child->review) || (std::get<2>((child->review).value()) < (now + (i64(2) * p->early_review_notice_days))))) {
  // pathway.child_protection:97
  return;
  }
  // pathway.child_protection:98
  if (((now - child->plan_since) < p->early_review_after_days)) {
  // pathway.child_protection:99
  return;
  }
  // pathway.child_protection:100
  seen = Service_seen(service, child, Str(12 /* early review */), p->review_error_sd);
  // pathway.child_protection:101
  if (policy_thresholds_may_end_protection((seen + p->early_review_margin), Service_thresholds(service))) {
  // pathway.child_protection:102
  due = pathway_child_protection__cancel_review(child, service);
  // pathway.child_protection:103
  i64 t_153 = pathway_conferences_book(service, (now + i64(3)), (now + p->early_review_notice_days));
  pathway_child_protection__hold_review(child, service, t_153, due);
  }
}
double Service_seen(Service* self, Child* child, Str error, double sd) {
  // pathway.service:172
  child->judgements = (child->judgements + i64(1));
  // pathway.service:173
  double t_154 = Service_severity(self, child);
  double t_155 = Fn<double(double)>::bound(nullptr, [](void*, double u) { return normal(u); })(at_(self->luck, error)(child->number, child->judgements));
  double t_156 = (sd * t_155);
  return (t_154 + t_156);
}
bool policy_thresholds_may_end_protection(double seen, Thresholds* thresholds) {
  // policy.thresholds:138
  return (seen < thresholds->end_protection);
}
double PlanQuality_review_error_ratio(PlanQuality* self, bool high) {
  // policy.plan_quality:30
  return divide((1.0 - (self->error_reduction * high)), (1.0 - (self->error_reduction * self->share_before)));
}
bool EarlyHelp_steps_down(EarlyHelp* self, double u, double time) {
  // policy.early_help:32
  return (u < Ramp_blend(self->ramp, self->step_down_before, self->step_down_after, time));
}
Gen<Opt<Stage>> pathway_child_in_need__enquire(Child* child, Service* service) {
  [[maybe_unused]] Opt<Stage> outcome{};
  // pathway.child_in_need:108
  if (is_none(child->assessment)) {
  // pathway.child_in_need:109
  pathway_assessment_open_assessment(child, service, service->env->now, false);
  }
  // pathway.child_in_need:110
  Thresholds* t_206 = Service_open_case_thresholds(service, child);
  Opt<Stage> t_207 = co_await (pathway_section_47_section_47(child, service, t_206));
  outcome = t_207;
  // pathway.child_in_need:111
  child->inbox = [&] {  auto out_ = make<List<News>>(); for (auto item_208 : each(child->inbox)) { News news = item_208; if (!((news != News::CONCERN))) continue;  out_->append(news); } return out_; }();
  // pathway.child_in_need:112
  child->urgent = false;
  // pathway.child_in_need:113
  co_return outcome;
}
Gen<Opt<Either<Stage>>> pathway_child_in_need_review(Child* child, Service* service) {
  [[maybe_unused]] EarlyHelp* early_help{};
  [[maybe_unused]] double error{};
  [[maybe_unused]] bool held{};
  [[maybe_unused]] Dict<Str, Stream>* luck{};
  [[maybe_unused]] double now{};
  [[maybe_unused]] i64 occurrence{};
  [[maybe_unused]] Parameters* p{};
  [[maybe_unused]] Practice* practice{};
  [[maybe_unused]] double seen{};
  // pathway.child_in_need:90
  Parameters* t_193 = service->p;
  Dict<Str, Stream>* t_194 = service->luck;
  Practice* t_195 = service->practice;
  p = t_193;
  luck = t_194;
  practice = t_195;
  // pathway.child_in_need:91
  error = (p->review_error_sd * PlanQuality_review_error_ratio(practice->plan_quality, child->high_quality));
  // pathway.child_in_need:92
  seen = Service_seen(service, child, Str(15 /* review error */), error);
  // pathway.child_in_need:93
  Thresholds* t_197 = Service_open_case_thresholds(service, child);
  if ((policy_thresholds_needs_section_47(seen, t_197) && Service_is_new_concern(service, child, seen))) {
  // pathway.child_in_need:94
  Opt<Stage> t_198 = co_await (pathway_child_in_need__enquire(child, service));
  co_return Opt<Either<Stage>>::from(t_198);
  }
  // pathway.child_in_need:95
  double t_199 = service->env->now;
  i64 t_200 = child->judgements;
  now = t_199;
  occurrence = t_200;
  // pathway.child_in_need:96
  double t_201 = at_(luck, Str(21 /* family withdraws */))(child->number, occurrence);
  if ((t_201 < p->family_withdraws_per_review)) {
  // pathway.child_in_need:97
  co_return Opt<Either<Stage>>(Either<Stage>(i64(26)));
  }
  // pathway.child_in_need:98
  if (!(policy_thresholds_may_close_plan(seen, Service_thresholds(service)))) {
  // pathway.child_in_need:99
  co_return Opt<Either<Stage>>{};
  }
  // pathway.child_in_need:100
  early_help = practice->early_help;
  // pathway.child_in_need:101
  double t_202 = at_(luck, Str(0 /* early help */))(child->number, child->episode);
  child->steps_down = EarlyHelp_steps_down(early_help, t_202, now);
  // pathway.child_in_need:102
  double t_203 = at_(luck, Str(20 /* plan held open */))(child->number, occurrence);
  held = EarlyHelp_holds_plan_open(early_help, t_203, child->steps_down);
  // pathway.child_in_need:103
  co_return (held ? Opt<Either<Stage>>{} : Opt<Either<Stage>>(Either<Stage>(i64(26))));
}
void pathway_child_in_need_start_plan(Child* child, Service* service) {
  [[maybe_unused]] double elapsed{};
  [[maybe_unused]] bool family_support{};
  [[maybe_unused]] LeadPractitionerPolicy* lead{};
  [[maybe_unused]] Dict<Str, Stream>* luck{};
  [[maybe_unused]] double now{};
  [[maybe_unused]] Parameters* p{};
  [[maybe_unused]] Practice* practice{};
  [[maybe_unused]] double seen{};
  [[maybe_unused]] i64 team{};
  // pathway.child_in_need:24
  Parameters* t_179 = service->p;
  Practice* t_180 = service->practice;
  Dict<Str, Stream>* t_181 = service->luck;
  double t_182 = service->env->now;
  p = t_179;
  practice = t_180;
  luck = t_181;
  now = t_182;
  // pathway.child_in_need:25
  child->plans = (child->plans + i64(1));
  // pathway.child_in_need:26
  elapsed = Service_record_start(service, child, i64(7), (-i64(1)));
  // pathway.child_in_need:27
  double t_183 = at_(luck, Str(11 /* plan quality */))(child->number, child->plans);
  child->high_quality = PlanQuality_is_high(practice->plan_quality, t_183, now);
  // pathway.child_in_need:28
  seen = Service_seen(service, child, Str(15 /* review error */), p->review_error_sd);
  // pathway.child_in_need:29
  lead = practice->lead_practitioner;
  // pathway.child_in_need:30
  double t_184 = at_(luck, Str(16 /* lead practitioner */))(child->number, child->plans);
  family_support = LeadPractitionerPolicy_not_a_social_worker(lead, t_184, now, seen, Service_thresholds(service)->plan);
  // pathway.child_in_need:33
  if (family_support) {
  // pathway.child_in_need:34
  Office_assign(service->office, child, i64(72), p->points_cin_plan, false, IntSet({i64(63)}));
  // pathway.child_in_need:35
  Service_ask_supervisor(service, child, i64(32), lead->approval_hours, (now + i64(5)), nullptr);
  // pathway.child_in_need:36
  pathway_child_in_need__plan_supervision(child, service);
  } else {
  // pathway.child_in_need:37
  if ((child->family_help && !is_none(child->holder) && contains(constant_MERGED_TEAMS_185, child->holder->team->code))) {
  // pathway.child_in_need:38
  Office_reweigh(service->office, child, p->points_cin_plan);
  } else {
  // pathway.child_in_need:40
  team = ((child->need_category == i64(3)) ? i64(73) : i64(72));
  // pathway.child_in_need:41
  Office_assign(service->office, child, team, p->points_cin_plan, false, IntSet({i64(60), i64(61), i64(62)}));
  }
  }
  // pathway.child_in_need:42
  pathway_visits_plan_visit(child, service);
  // pathway.child_in_need:43
  pathway_child_in_need_plan_review(child, service, elapsed);
}
void pathway_child_in_need_plan_review(Child* child, Service* service, double elapsed) {
  [[maybe_unused]] i64 due{};
  [[maybe_unused]] double lead{};
  [[maybe_unused]] double now{};
  // pathway.child_in_need:65
  now = service->env->now;
  // pathway.child_in_need:66
  due = Calendar_after_months(service->calendar, now, ReviewPolicy_cin_months(service->practice->reviews, now));
  // pathway.child_in_need:67
  due = (due - to_int(modulo(elapsed, (due - now))));
  // pathway.child_in_need:68
  double t_171 = service->p->review_lead_share;
  double t_172 = at_(service->luck, Str(8 /* review lead */))(child->number, child->judgements);
  double t_173 = (t_171 * t_172);
  lead = (t_173 * (due - now));
  // pathway.child_in_need:69
  i64 t_174 = i64(25);
  double t_175 = ((due - lead) - i64(5));
  double t_176 = (due - lead);
  Fn<void(Task*, Worker*, double)> t_177 = Service_then(service, News::REVIEWED);
  Service_plan_work(service, child, t_174, t_175, t_176, t_177);
}
Either<Stage> pathway_child_in_need__end(Child* child, Service* service, Either<Stage> outcome) {
  [[maybe_unused]] Dict<Stage, i64>* details{};
  // pathway.child_in_need:117
  details = dict_with<Stage, i64>({{Stage::CHILD_PROTECTION, i64(45)}, {Stage::LOOKED_AFTER, i64(46)}});
  // pathway.child_in_need:118
  pathway_child_in_need_end_plan(child, service, (holds<Stage>(outcome) ? at_(details, (outcome).as<Stage>()) : i64(40)));
  // pathway.child_in_need:119
  return outcome;
}
i64 ReviewPolicy_cin_months(ReviewPolicy* self, double time) {
  // policy.visits:50
  return ReviewPolicy__at(self, time, i64(0));
}
Fn<void(Task*, Worker*, double)> Service_then(Service* self, News news) {
  [[maybe_unused]] Fn<void(Task*, Worker*, double)> done{};
  // pathway.service:142
  done = make_fn<void(Task*, Worker*, double)>([=](Task* task, Worker* worker, double now) mutable -> void { [[maybe_unused]] Child* child{}; // pathway.service:143
 self->record_work(task, worker, now); // pathway.service:144
 child = static_cast<Child*>(task->case_); // pathway.service:145
 Child_tell(child, news); });
  // pathway.service:147
  return done;
}
bool LeadPractitionerPolicy_not_a_social_worker(LeadPractitionerPolicy* self, double u, double time, double seen, double plan_threshold) {
  // policy.lead_practitioner:46
  return ((u < (self->share * Ramp_at(self->ramp, time))) && contains(self->eligible, LeadPractitionerPolicy_level(self, seen, plan_threshold)));
}
void Service_ask_supervisor(Service* self, Child* child, i64 kind, double hours, double due, Fn<void(Task*, Worker*, double)> done) {
  // pathway.service:205
  Fn<void(Task*, Worker*, double)> t_190 = done;
  Office_ask(self->office, Service_supervisors_of(self, child), kind, child, hours, self->env->now, due, (truth(t_190) ? t_190 : self->record_work));
}
void pathway_child_in_need__plan_supervision(Child* child, Service* service) {
  Fn<void(Task*, Worker*, double)>* done = make_cell<Fn<void(Task*, Worker*, double)>>();
  [[maybe_unused]] double hours{};
  [[maybe_unused]] double month{};
  [[maybe_unused]] double now{};
  [[maybe_unused]] i64 plan{};
  Diary** supervisors = make_cell<Diary*>();
  // pathway.child_in_need:48
  double t_186 = service->practice->lead_practitioner->supervision_hours_per_month;
  i64 t_187 = child->plans;
  hours = t_186;
  plan = t_187;
  // pathway.child_in_need:49
  month = 21.0;
  // pathway.child_in_need:51
  (*done) = make_fn<void(Task*, Worker*, double)>([=](Task* task, Worker* worker, double now) mutable -> void { [[maybe_unused]] Diary* supervisors{}; // pathway.child_in_need:52
 service->record_work(task, worker, now); // pathway.child_in_need:53
 if (((child->stage == Stage::CHILD_IN_NEED) && (child->plans == plan) && (child->roles == IntSet({i64(63)})))) { // pathway.child_in_need:54
 supervisors = Service_supervisors_of(service, child); // pathway.child_in_need:55
 Office_ask(service->office, supervisors, i64(33), child, hours, task->due, (task->due + month), (*done)); } });
  // pathway.child_in_need:57
  if ((hours > 0.0)) {
  // pathway.child_in_need:58
  now = service->env->now;
  // pathway.child_in_need:59
  (*supervisors) = Service_supervisors_of(service, child);
  // pathway.child_in_need:60
  Office_ask(service->office, (*supervisors), i64(33), child, hours, ((now + month) - i64(5)), (now + month), (*done));
  }
}
Diary* Service_supervisors_of(Service* self, Child* child) {
  [[maybe_unused]] Team* team{};
  // pathway.service:209
  team = (!is_none(child->holder) ? child->holder->team : child->team);
  // pathway.service:210
  return Office_supervisors(self->office, (is_none(team) ? (-i64(1)) : team->code));
}
Diary* Office_supervisors(Office* self, i64 team) {
  // workforce.office:131
  Diary* t_189 = self->_supervisors->get(team);
  return (truth(t_189) ? t_189 : at_(self->_supervisors, self->_elsewhere));
}
Str LeadPractitionerPolicy_level(LeadPractitionerPolicy* self, double seen, double plan_threshold) {
  [[maybe_unused]] double above{};
  // policy.lead_practitioner:41
  above = (seen - plan_threshold);
  // policy.lead_practitioner:42
  return at_(constant_LEVELS_191, (i64((above >= self->medium_from)) + i64((above >= self->high_from))));
}
bool EarlyHelp_holds_plan_open(EarlyHelp* self, double u, bool has_place) {
  // policy.early_help:36
  return (!(has_place) && (u < self->hold_without_place));
}
bool policy_thresholds_may_close_plan(double seen, Thresholds* thresholds) {
  // policy.thresholds:133
  return (seen < thresholds->close_plan);
}
Gen<Opt<Stage>> pathway_section_47_section_47(Child* child, Service* service, Thresholds* thresholds) {
  [[maybe_unused]] Opt<Stage> outcome{};
  // pathway.section_47:22
  Opt<Stage> t_226 = co_await (pathway_section_47__enquiry(child, service, thresholds));
  outcome = t_226;
  // pathway.section_47:23
  child->enquired_on = to_int(service->env->now);
  // pathway.section_47:24
  co_return outcome;
}
void pathway_assessment_open_assessment(Child* child, Service* service, double started, bool under_way) {
  [[maybe_unused]] double limit{};
  [[maybe_unused]] double now{};
  [[maybe_unused]] Parameters* p{};
  [[maybe_unused]] double planned{};
  // pathway.assessment:57
  Parameters* t_209 = service->p;
  double t_210 = service->env->now;
  p = t_209;
  now = t_210;
  // pathway.assessment:58
  planned = pathway_assessment__planned_end(child, service, started);
  // pathway.assessment:59
  while ((under_way && (planned < (now + 1.0)) && (child->judgements < i64(200)))) {
  // pathway.assessment:60
  child->judgements = (child->judgements + i64(1));
  // pathway.assessment:61
  planned = pathway_assessment__planned_end(child, service, started);
  }
  // pathway.assessment:62
  limit = AssessmentPolicy_limit(service->practice->assessment, now);
  // pathway.assessment:63
  child->assessment = new_Assessment(started, (started + limit), planned);
  // pathway.assessment:64
  Service_record(service, child, i64(3), (-i64(1)), (started + limit), started);
  // pathway.assessment:65
  i64 t_211 = i64(28);
  double t_212 = min_((now + p->first_visit_within_days), (planned - i64(1)));
  Fn<void(Task*, Worker*, double)> t_213 = pathway_assessment__first_session_done(service);
  Service_plan_work(service, child, t_211, now, t_212, t_213);
}
double pathway_assessment__planned_end(Child* child, Service* service, double started) {
  [[maybe_unused]] double limit{};
  [[maybe_unused]] double needed{};
  [[maybe_unused]] double now{};
  [[maybe_unused]] i64 number{};
  [[maybe_unused]] double overrun{};
  [[maybe_unused]] Parameters* p{};
  [[maybe_unused]] double planned{};
  [[maybe_unused]] double share{};
  // pathway.assessment:32
  Parameters* t_219 = service->p;
  double t_220 = service->env->now;
  p = t_219;
  now = t_220;
  // pathway.assessment:33
  number = child->judgements;
  // pathway.assessment:34
  double t_221 = at_(service->luck, Str(24 /* assessment quick */))(child->number, number);
  if ((t_221 < p->assessment_quick_share)) {
  // pathway.assessment:35
  needed = 1.0;
  } else {
  // pathway.assessment:37
  double t_222 = at_(service->luck, Str(22 /* assessment length */))(child->number, number);
  needed = engine_variates_lognormal(t_222, p->assessment_length_median_days, p->assessment_length_sigma);
  }
  // pathway.assessment:40
  limit = AssessmentPolicy_limit(service->practice->assessment, now);
  // pathway.assessment:41
  planned = (started + max_(AssessmentPolicy_planned(service->practice->assessment, needed, now), 1.0));
  // pathway.assessment:42
  overrun = at_(service->luck, Str(23 /* assessment overrun */))(child->number, number);
  // pathway.assessment:43
  share = p->assessment_overrun_share;
  // pathway.assessment:44
  if (((needed > limit) && (overrun < share))) {
  // pathway.assessment:45
  return (planned + (p->assessment_overrun_days * engine_variates_exponential(divide(overrun, share))));
  }
  // pathway.assessment:46
  if ((needed > limit)) {
  // pathway.assessment:47
  return max_((planned - divide((p->assessment_slack_days * (overrun - share)), (1.0 - share))), (started + 1.0));
  }
  // pathway.assessment:48
  return planned;
}
double AssessmentPolicy_limit(AssessmentPolicy* self, double time) {
  // policy.visits:73
  return Ramp_blend(self->ramp, self->before, self->after, time);
}
Assessment* new_Assessment(double started, double due, double planned) { auto self = make<Assessment>(); self->started = started; self->due = due; self->planned = planned; return self; }
Fn<void(Task*, Worker*, double)> pathway_assessment__first_session_done(Service* service) {
  [[maybe_unused]] Fn<void(Task*, Worker*, double)> done{};
  // pathway.assessment:71
  done = make_fn<void(Task*, Worker*, double)>([=](Task* task, Worker* worker, double now) mutable -> void { [[maybe_unused]] Assessment* assessment{}; [[maybe_unused]] Child* child{}; [[maybe_unused]] double middle{}; // pathway.assessment:72
 service->record_work(task, worker, now); // pathway.assessment:73
 child = static_cast<Child*>(task->case_); // pathway.assessment:74
 assessment = child->assessment; // pathway.assessment:75
 if (!(!is_none(assessment))) throw Failed("cinsim.pathway.assessment:75"); // pathway.assessment:76
 child->last_seen = now; // pathway.assessment:77
 Child_tell(child, News::SEEN); // pathway.assessment:78
 if (((assessment->planned - now) > service->p->assessment_short_days)) { // pathway.assessment:79
 middle = divide((now + assessment->planned), double(i64(2))); // pathway.assessment:80
 i64 t_214 = i64(28); double t_215 = (middle + i64(5)); Service_plan_work(service, child, t_214, middle, t_215, make_fn<void(Task*, Worker*, double)>([=](Task* t, Worker* w, double at) mutable -> void { pathway_assessment__to_report(t, w, at, service); })); } else { // pathway.assessment:82
 pathway_assessment__plan_report(child, assessment, service); } });
  // pathway.assessment:84
  return done;
}
void pathway_assessment__to_report(Task* task, Worker* worker, double now, Service* service) {
  [[maybe_unused]] Child* child{};
  // pathway.assessment:88
  service->record_work(task, worker, now);
  // pathway.assessment:89
  child = static_cast<Child*>(task->case_);
  // pathway.assessment:90
  child->last_seen = now;
  // pathway.assessment:91
  if (!(!is_none(child->assessment))) throw Failed("cinsim.pathway.assessment:91");
  // pathway.assessment:92
  pathway_assessment__plan_report(child, child->assessment, service);
}
void pathway_assessment__plan_report(Child* child, Assessment* assessment, Service* service) {
  [[maybe_unused]] double due{};
  // pathway.assessment:97
  due = (assessment->planned - i64(1));
  // pathway.assessment:98
  i64 t_216 = i64(30);
  double t_217 = (due - service->p->report_lead_days);
  Service_plan_work(service, child, t_216, t_217, due, make_fn<void(Task*, Worker*, double)>([=](Task* t, Worker* w, double at) mutable -> void { pathway_assessment__to_approval(t, w, at, service); }));
}
void pathway_assessment__to_approval(Task* task, Worker* worker, double now, Service* service) {
  [[maybe_unused]] Fn<void(Task*, Worker*, double)> approved{};
  [[maybe_unused]] Assessment* assessment{};
  [[maybe_unused]] Child* child{};
  // pathway.assessment:104
  service->record_work(task, worker, now);
  // pathway.assessment:105
  child = static_cast<Child*>(task->case_);
  // pathway.assessment:106
  assessment = child->assessment;
  // pathway.assessment:107
  if (!(!is_none(assessment))) throw Failed("cinsim.pathway.assessment:107");
  // pathway.assessment:109
  approved = make_fn<void(Task*, Worker*, double)>([=](Task* task, Worker* worker, double now) mutable -> void { // pathway.assessment:110
 service->record_work(task, worker, now); // pathway.assessment:111
 if ((child->assessment == assessment)) { // pathway.assessment:112
 pathway_assessment_complete_assessment(child, service); // pathway.assessment:113
 Child_tell(child, News::ASSESSED); } });
  // pathway.assessment:115
  Service_ask_supervisor(service, child, i64(32), at_(service->hours, i64(32)), assessment->planned, approved);
}
double engine_variates_lognormal(double u, double median, double sigma) {
  // engine.variates:35
  double t_223 = Fn<double(double)>::bound(nullptr, [](void*, double u) { return normal(u); })(u);
  double t_224 = math_exp((sigma * t_223));
  return (median * t_224);
}
double AssessmentPolicy_planned(AssessmentPolicy* self, double needed, double time) {
  [[maybe_unused]] double limit{};
  // policy.visits:77
  limit = AssessmentPolicy_limit(self, time);
  // policy.visits:78
  if ((!is_none(self->checkpoint) && (Ramp_at(self->ramp, time) >= 1.0) && (((self->checkpoint).value() < needed) && (needed <= ((self->checkpoint).value() + self->window))))) {
  // policy.visits:83
  return min_((self->checkpoint).value(), limit);
  }
  // policy.visits:84
  return min_(needed, limit);
}
Gen<Opt<Stage>> pathway_section_47__enquiry(Child* child, Service* service, Thresholds* thresholds) {
  [[maybe_unused]] double elapsed{};
  [[maybe_unused]] double limit{};
  [[maybe_unused]] Dict<Str, Stream>* luck{};
  [[maybe_unused]] double margin{};
  [[maybe_unused]] Parameters* p{};
  [[maybe_unused]] bool plan{};
  [[maybe_unused]] double seen{};
  [[maybe_unused]] Fn<void(Task*, Worker*, double)> seen_at_home{};
  [[maybe_unused]] double started{};
  // pathway.section_47:28
  Parameters* t_229 = service->p;
  Dict<Str, Stream>* t_230 = service->luck;
  p = t_229;
  luck = t_230;
  // pathway.section_47:29
  double t_231 = child->enquiry_elapsed;
  double t_232 = 0.0;
  elapsed = t_231;
  child->enquiry_elapsed = t_232;
  // pathway.section_47:30
  started = (service->env->now - elapsed);
  // pathway.section_47:31
  child->enquiries = (child->enquiries + i64(1));
  // pathway.section_47:32
  service->write->write(started, child->number, i64(9), child->episode, -1, -1, 0.0, nan_, nan_);
  // pathway.section_47:33
  Office_assign(service->office, child, (!is_none(child->team) ? child->team->code : i64(71)), (child->points + p->points_section_47), true, IntSet({i64(60), i64(61), i64(62)}));
  // pathway.section_47:40
  seen_at_home = make_fn<void(Task*, Worker*, double)>([=](Task* task, Worker* worker, double now) mutable -> void { [[maybe_unused]] double length{}; // pathway.section_47:41
 service->record_work(task, worker, now); // pathway.section_47:42
 child->last_seen = now; // pathway.section_47:43
 double t_236 = p->enquiry_days; double t_237 = at_(luck, Str(26 /* conference lead */))(child->number, (i64(2) * child->enquiries)); double t_238 = (0.5 + t_237); length = (t_236 * t_238); // pathway.section_47:44
 length = max_((length - elapsed), 0.0); // pathway.section_47:45
 i64 t_239 = i64(29); double t_240 = ((now + length) - i64(3)); double t_241 = (now + length); Fn<void(Task*, Worker*, double)> t_242 = Service_then(service, News::ENQUIRED); Service_plan_work(service, child, t_239, t_240, t_241, t_242); });
  // pathway.section_47:47
  Service_plan_work(service, child, i64(29), started, (started + i64(1)), seen_at_home);
  // pathway.section_47:48
  co_await (Child_until(child, News::ENQUIRED));
  // pathway.section_47:49
  child->last_seen = service->env->now;
  // pathway.section_47:50
  Office_reweigh(service->office, child, (child->points - p->points_section_47));
  // pathway.section_47:51
  seen = Service_seen(service, child, Str(25 /* enquiry error */), p->enquiry_error_sd);
  // pathway.section_47:52
  child->enquired = seen;
  // pathway.section_47:53
  if (policy_thresholds_needs_care(seen, thresholds)) {
  // pathway.section_47:54
  Service_record(service, child, i64(10), i64(46), nan_, seen);
  // pathway.section_47:55
  co_return Opt<Stage>(Stage::LOOKED_AFTER);
  }
  // pathway.section_47:56
  if (!(policy_thresholds_needs_conference(seen, thresholds))) {
  // pathway.section_47:57
  Service_record(service, child, i64(10), i64(47), nan_, seen);
  // pathway.section_47:58
  co_return Opt<Stage>{};
  }
  // pathway.section_47:59
  Service_record(service, child, i64(10), i64(44), nan_, seen);
  // pathway.section_47:61
  limit = (started + p->icpc_limit_working_days);
  // pathway.section_47:62
  double t_243 = p->conference_margin_days;
  double t_244 = engine_variates_exponential(at_(luck, Str(26 /* conference lead */))(child->number, ((i64(2) * child->enquiries) + i64(1))));
  margin = (t_243 * t_244);
  // pathway.section_47:63
  co_await (pathway_conferences_hold_conference(child, service, (service->env->now + p->conference_notice_days), (limit - margin), limit));
  // pathway.section_47:66
  seen = Service_seen(service, child, Str(13 /* conference error */), p->conference_error_sd);
  // pathway.section_47:67
  plan = policy_thresholds_needs_protection_plan(seen, thresholds);
  // pathway.section_47:68
  Service_record(service, child, i64(11), (plan ? i64(45) : i64(47)), limit, seen);
  // pathway.section_47:69
  co_return (plan ? Opt<Stage>(Stage::CHILD_PROTECTION) : Opt<Stage>{});
}
bool policy_thresholds_needs_protection_plan(double seen, Thresholds* thresholds) {
  // policy.thresholds:113
  return (seen >= thresholds->child_protection);
}
Gen<void> Child_until(Child* self, News wanted) {
  [[maybe_unused]] List<News>* kept{};
  [[maybe_unused]] News news{};
  // pathway.child:111
  kept = make<List<News>>();
  // pathway.child:112
  while (true) {
  News t_252 = (co_yield static_cast<SimEvent*>(Child_news(self))).as<News>();
  news = t_252;
  News t_253 = news;
  if (!((t_253 != wanted))) break;
  // pathway.child:113
  kept->append(news);
  }
  // pathway.child:114
  put_slice(self->inbox, 0, i64(0), kept);
  co_return;
}
bool policy_thresholds_needs_conference(double seen, Thresholds* thresholds) {
  // policy.thresholds:108
  return (seen >= thresholds->conference);
}
Gen<void> pathway_conferences_hold_conference(Child* child, Service* service, double earliest, double target, double limit) {
  [[maybe_unused]] Diary* chairs{};
  [[maybe_unused]] i64 day{};
  [[maybe_unused]] double delay{};
  [[maybe_unused]] double luck{};
  [[maybe_unused]] Parameters* p{};
  // pathway.conferences:34
  p = service->p;
  // pathway.conferences:35
  child->plans = (child->plans + i64(1));
  // pathway.conferences:36
  day = pathway_conferences_book(service, earliest, target);
  // pathway.conferences:37
  Case_plan_task(child, i64(30), service->conference_report_hours, double((day - i64(6))), double((day - i64(1))), service->record_work);
  // pathway.conferences:38
  luck = at_(service->luck, Str(9 /* conference postponed */))(child->number, child->plans);
  // pathway.conferences:39
  if ((luck < p->conference_postponed_share)) {
  // pathway.conferences:40
  ConferenceDiary_cancel(service->conference_diary, day);
  // pathway.conferences:41
  delay = (i64(1) + (p->conference_postponed_days * engine_variates_exponential(divide(luck, p->conference_postponed_share))));
  // pathway.conferences:42
  day = pathway_conferences_book(service, double((day + i64(1))), (day + delay));
  }
  // pathway.conferences:43
  chairs = Team_duty(at_(service->office->teams, i64(75)));
  // pathway.conferences:44
  i64 t_245 = i64(34);
  double t_246 = at_(service->hours, i64(34));
  double t_247 = double(day);
  double t_248 = double((day + i64(1)));
  Fn<void(Task*, Worker*, double)> t_249 = Service_then(service, News::CONFERENCE);
  Office_ask(service->office, chairs, t_245, child, t_246, t_247, t_248, t_249);
  // pathway.conferences:53
  {
  bool caught_250 = false; Interrupt caught_{};
  try {
  // pathway.conferences:54
  co_await (Child_until(child, News::CONFERENCE));
  } catch (Interrupt& e_) { caught_ = e_; caught_250 = true; }
  if (caught_250) {
  // pathway.conferences:56
  if ((day > service->env->now)) {
  // pathway.conferences:57
  ConferenceDiary_cancel(service->conference_diary, day);
  }
  // pathway.conferences:58
  throw caught_;
  }
  }
  co_return;
}
double pathway_short_help__length(Child* child, Service* service, double elapsed) {
  [[maybe_unused]] i64 again{};
  [[maybe_unused]] double length{};
  [[maybe_unused]] Stream luck{};
  [[maybe_unused]] Parameters* p{};
  // pathway.short_help:21
  Parameters* t_263 = service->p;
  Stream t_264 = at_(service->luck, Str(27 /* short help length */));
  p = t_263;
  luck = t_264;
  // pathway.short_help:22
  for (auto item_265 : range(i64(30))) {
  again = item_265;
  // pathway.short_help:23
  double t_266 = luck(child->number, (child->episode + (again * i64(1000))));
  length = engine_variates_lognormal(t_266, p->short_help_median_days, p->short_help_sigma);
  // pathway.short_help:24
  if ((length > elapsed)) {
  // pathway.short_help:25
  return (length - elapsed);
  }
  }
  // pathway.short_help:26
  return 1.0;
}
i64 Office_lighter_team(Office* self, List<i64>* teams) {
  // workforce.office:286
  return min_by(teams, [&](i64 code) { return Team_load(at_(self->teams, code)); });
}
bool FamilyHelp_keeps_worker(FamilyHelp* self, double u, double time) {
  // policy.family_help:19
  return (self->merged && (u < Ramp_at(self->ramp, time)));
}
bool policy_thresholds_is_in_need(double seen, Thresholds* thresholds) {
  // policy.thresholds:123
  return (seen >= thresholds->in_need);
}
bool policy_thresholds_needs_plan(double seen, Thresholds* thresholds) {
  // policy.thresholds:128
  return (seen >= thresholds->plan);
}
double Team_load(Team* self) {
  [[maybe_unused]] double limit{};
  [[maybe_unused]] double points{};
  [[maybe_unused]] Worker* worker{};
  // workforce.teams:69
  double t_282 = 0.0;
  points = t_282;
  limit = t_282;
  // workforce.teams:70
  for (auto item_283 : each(self->workers)) {
  worker = item_283;
  // workforce.teams:71
  points = (points + worker->points);
  // workforce.teams:72
  limit = (limit + worker->limit);
  }
  // workforce.teams:73
  return ((limit > 0.0) ? divide(points, limit) : inf);
}
bool policy_thresholds_screens_in(double seen, Thresholds* thresholds) {
  // policy.thresholds:98
  return (seen >= thresholds->screening);
}
double Help_left(Help* self, double held, double elapsed) {
  // policy.help:49
  return (held * power(2.0, divide((-elapsed), self->half_life)));
}
std::tuple<double, i64> pathway_journey__candidate_kept(Child* child, Service* service, double since, Opt<double> known) {
  [[maybe_unused]] Demand* demand{};
  [[maybe_unused]] double factor{};
  [[maybe_unused]] i64 source{};
  [[maybe_unused]] Opt<double> time{};
  // pathway.journey:124
  demand = service->practice->demand;
  // pathway.journey:125
  while (true) {
  // pathway.journey:126
  if (is_none(known)) {
  // pathway.journey:127
  child->candidates = (child->candidates + i64(1));
  // pathway.journey:128
  time = Opt<double>(ReferralTimes_next(service->referrals, child->number, child->candidates, since, child->closed_at, child->help));
  } else {
  // pathway.journey:130
  Opt<double> t_320 = known;
  Opt<double> t_321 = Opt<double>{};
  time = t_320;
  known = t_321;
  }
  // pathway.journey:131
  if (math_isinf((time).value())) {
  // pathway.journey:132
  return std::tuple<double, i64>((time).value(), i64(0));
  }
  // pathway.journey:133
  source = pathway_screening_source_of(child, service, child->candidates);
  // pathway.journey:134
  factor = Demand_factor(demand, (time).value(), source, child->need_category);
  // pathway.journey:135
  if (((factor >= 1.0) || [&]() -> bool { double t_323 = at_(service->luck, Str(48 /* demand */))(child->number, child->candidates); return (t_323 < factor); }())) {
  // pathway.journey:136
  return std::tuple<double, i64>((time).value(), source);
  }
  // pathway.journey:137
  since = (time).value();
  }
}
std::tuple<double, i64> pathway_journey__candidate_added(Child* child, Service* service, double since, Opt<double> known, double before) {
  [[maybe_unused]] Demand* demand{};
  [[maybe_unused]] double rise{};
  [[maybe_unused]] i64 source{};
  [[maybe_unused]] Opt<double> time{};
  [[maybe_unused]] double wanted{};
  // pathway.journey:141
  Demand* t_300 = service->practice->demand;
  double t_301 = at_(service->demand_rise, child->need_category);
  demand = t_300;
  rise = t_301;
  // pathway.journey:142
  since = max_(since, demand->ramp->start);
  // pathway.journey:143
  while (true) {
  // pathway.journey:144
  if (is_none(known)) {
  // pathway.journey:145
  time = Opt<double>(ReferralTimes_additional(service->referrals, child->number, child->extras, since, child->closed_at, child->help, rise));
  } else {
  // pathway.journey:147
  Opt<double> t_302 = known;
  Opt<double> t_303 = Opt<double>{};
  time = t_302;
  known = t_303;
  }
  // pathway.journey:148
  if (((time).value() >= before)) {
  // pathway.journey:149
  return std::tuple<double, i64>(inf, i64(0));
  }
  // pathway.journey:150
  source = pathway_screening_source_of(child, service, (i64(30000) + child->extras));
  // pathway.journey:151
  wanted = (Demand_factor(demand, (time).value(), source, child->need_category) - 1.0);
  // pathway.journey:152
  double t_304 = at_(service->luck, Str(45 /* additional demand */))(child->number, child->extras);
  if ((t_304 < divide(wanted, rise))) {
  // pathway.journey:153
  return std::tuple<double, i64>((time).value(), source);
  }
  // pathway.journey:154
  since = (time).value();
  // pathway.journey:155
  child->extras = (child->extras + i64(1));
  }
}
List<double>* pathway_service_demand_rise(Practice* practice) {
  // pathway.service:81
  return [&] {  auto out_ = make<List<double>>(); for (auto item_299 : range(len_(constant_NEED_CATEGORIES_298))) { i64 category = item_299;  out_->append(Demand_largest_increase(practice->demand, category)); } return out_; }();
}
double Demand_largest_increase(Demand* self, i64 need_category) {
  [[maybe_unused]] double by_source{};
  // policy.demand:36
  by_source = max_(max_of(values_(self->by_source), 0.0), 0.0);
  // policy.demand:37
  return max_(0.0, ((((i64(1) + self->overall) * (i64(1) + self->by_need->get(need_category, 0.0))) * (i64(1) + by_source)) - 1.0));
}
double ReferralTimes_additional(ReferralTimes* self, i64 child, i64 occurrence, double since, double closed_at, double help_held, double share) {
  // population.referrals:165
  double t_306 = engine_variates_exponential(self->_extra_luck(child, occurrence));
  return ReferralTimes__invert(self, child, t_306, since, closed_at, help_held, share);
}
i64 pathway_screening_source_of(Child* child, Service* service, i64 candidate) {
  // pathway.screening:32
  double t_305 = at_(service->luck, Str(46 /* referral source */))(child->number, candidate);
  return engine_variates_choice(t_305, service->profiles->sources);
}
double Demand_factor(Demand* self, double time, i64 source, i64 need_category) {
  [[maybe_unused]] double full{};
  // policy.demand:29
  if ((time < self->ramp->start)) {
  // policy.demand:30
  return 1.0;
  }
  // policy.demand:31
  full = (((1.0 + self->overall) * (1.0 + self->by_source->get(source, 0.0))) * (1.0 + self->by_need->get(need_category, 0.0)));
  // policy.demand:32
  return Ramp_blend(self->ramp, 1.0, full, time);
}
double ReferralTimes__invert(ReferralTimes* self, i64 child, double target, double since, double closed_at, double help_held, double share) {
  [[maybe_unused]] double age{};
  [[maybe_unused]] List<double>* age_days{};
  [[maybe_unused]] double birth{};
  [[maybe_unused]] List<double>* edges{};
  [[maybe_unused]] double gained{};
  [[maybe_unused]] List<double>* help_left{};
  [[maybe_unused]] List<double>* known{};
  [[maybe_unused]] i64 lag{};
  [[maybe_unused]] Items<float> need{};
  [[maybe_unused]] i64 quarter{};
  [[maybe_unused]] double rate{};
  [[maybe_unused]] double season{};
  [[maybe_unused]] List<double>* seasons{};
  [[maybe_unused]] double stop{};
  [[maybe_unused]] double time{};
  [[maybe_unused]] bool was_known{};
  // population.referrals:169
  stop = min_(at_(self->_leaves, child), self->_end);
  // population.referrals:170
  if (!((since < stop))) {
  // population.referrals:171
  return inf;
  }
  // population.referrals:172
  Items<float> t_310 = self->_need;
  List<double>* t_311 = self->_edge_list;
  List<double>* t_312 = self->_season_list;
  List<double>* t_313 = self->_age_days_list;
  need = t_310;
  edges = t_311;
  seasons = t_312;
  age_days = t_313;
  // population.referrals:173
  List<double>* t_314 = self->_known_list;
  List<double>* t_315 = self->_help_list;
  known = t_314;
  help_left = t_315;
  // population.referrals:174
  was_known = (closed_at == closed_at);
  // population.referrals:175
  birth = at_(self->_birth, child);
  // population.referrals:176
  quarter = at_(self->_quarter, to_int(since));
  // population.referrals:177
  season = ReferralTimes__season_at(self, since);
  // population.referrals:178
  while ((at_(edges, quarter) < stop)) {
  // population.referrals:179
  age = divide((at_(age_days, quarter) - birth), 365.25);
  // population.referrals:180
  double t_316 = (at_(self->_age_list, bisect_right(constant_AGE_EDGES_307, age)) * share);
  double t_317 = math_exp(need(child, quarter));
  rate = (t_316 * t_317);
  // population.referrals:181
  if (was_known) {
  // population.referrals:182
  lag = max_(to_int((at_(self->_mid_list, quarter) - closed_at)), i64(0));
  // population.referrals:183
  rate = (rate * ((1.0 + at_(known, lag)) * math_exp(((-help_held) * at_(help_left, lag)))));
  }
  // population.referrals:184
  gained = (rate * (at_(seasons, (quarter + i64(1))) - season));
  // population.referrals:185
  if ((gained > target)) {
  // population.referrals:186
  time = max_(ReferralTimes__time_at(self, (season + divide(target, rate))), engine_clock_on_grid((since + divide(double(i64(1)), double(i64(1024))))));
  // population.referrals:187
  return ((time < stop) ? time : inf);
  }
  // population.referrals:188
  target = (target - gained);
  // population.referrals:189
  quarter = (quarter + i64(1));
  // population.referrals:190
  season = at_(seasons, quarter);
  }
  // population.referrals:191
  return inf;
}
double ReferralTimes__season_at(ReferralTimes* self, double time) {
  [[maybe_unused]] i64 day{};
  // population.referrals:194
  day = to_int(time);
  // population.referrals:195
  return (at_(self->_clock_list, day) + ((time - day) * (at_(self->_clock_list, (day + i64(1))) - at_(self->_clock_list, day))));
}
double ReferralTimes__time_at(ReferralTimes* self, double season) {
  [[maybe_unused]] i64 day{};
  [[maybe_unused]] double high{};
  [[maybe_unused]] double low{};
  // population.referrals:198
  day = max_((bisect_right(self->_clock_list, season) - i64(1)), i64(0));
  // population.referrals:199
  if (((day + i64(1)) >= len_(self->_clock_list))) {
  // population.referrals:200
  return self->_end;
  }
  // population.referrals:201
  double t_318 = at_(self->_clock_list, day);
  double t_319 = at_(self->_clock_list, (day + i64(1)));
  low = t_318;
  high = t_319;
  // population.referrals:202
  return engine_clock_on_grid((day + divide((season - low), (high - low))));
}
double ReferralTimes_next(ReferralTimes* self, i64 child, i64 occurrence, double since, double closed_at, double help_held) {
  // population.referrals:161
  double t_324 = engine_variates_exponential(self->_luck(child, occurrence));
  return ReferralTimes__invert(self, child, t_324, since, closed_at, help_held, 1.0);
}
void Case_init(Case* self, i64 number) {
  // workforce.work:119
  self->number = number;
  // workforce.work:120
  self->holder = nullptr;
  // workforce.work:121
  self->team = nullptr;
  // workforce.work:122
  self->points = 0.0;
  // workforce.work:123
  self->urgent = false;
  // workforce.work:124
  self->episode = i64(0);
  // workforce.work:125
  self->held = false;
  // workforce.work:126
  self->roles = IntSet({});
  // workforce.work:127
  self->waiting = nullptr;
  // workforce.work:128
  self->tasks = make<List<Task*>>();
  // workforce.work:129
  self->asked = make<List<Task*>>();
}
void simulation_taking_over_take_over(Child* child, Service* service, OpenCase* case_) {
  [[maybe_unused]] Environment* env{};
  [[maybe_unused]] double seen{};
  [[maybe_unused]] Thresholds* thresholds{};
  // simulation.taking_over:42
  env = service->env;
  // simulation.taking_over:43
  child->episode = i64(1);
  // simulation.taking_over:44
  child->source = case_->source;
  // simulation.taking_over:45
  double t_328 = min_(case_->referred, (-1.0));
  child->referred_at = t_328;
  child->concern_since = t_328;
  // simulation.taking_over:46
  child->elapsed = max_((-case_->since), 0.0);
  // simulation.taking_over:47
  service->write->write(child->referred_at, child->number, i64(0), i64(1), (-i64(1)), child->source, 0.0, nan_, nan_);
  // simulation.taking_over:48
  service->write->write(min_((child->referred_at + 1.0), 0.0), child->number, i64(2), i64(1), -1, -1, 0.0, nan_, nan_);
  // simulation.taking_over:49
  if (((case_->stage != Stage::ASSESSMENT) && math_isnan(case_->assessed_since))) {
  // simulation.taking_over:50
  simulation_taking_over__write_first_assessment(child, service);
  }
  // simulation.taking_over:51
  if (contains(list_from<Stage>(std::tuple<Stage, Stage, Stage>(Stage::CHILD_IN_NEED, Stage::CHILD_PROTECTION, Stage::LOOKED_AFTER)), case_->stage)) {
  // simulation.taking_over:52
  child->rhythm = child->elapsed;
  }
  // simulation.taking_over:53
  if (contains(list_from<Stage>(std::tuple<Stage, Stage>(Stage::ASSESSMENT, Stage::SHORT_HELP)), case_->stage)) {
  // simulation.taking_over:54
  double t_329 = service->p->concern_sd;
  double t_330 = Fn<double(double)>::bound(nullptr, [](void*, double u) { return normal(u); })(at_(service->luck, Str(32 /* presenting concern */))(child->number, i64(1)));
  child->concern = (t_329 * t_330);
  }
  // simulation.taking_over:55
  if ((case_->stage == Stage::SHORT_HELP)) {
  // simulation.taking_over:56
  Office_assign(service->office, child, i64(71), service->p->points_short_help, false, IntSet({i64(60), i64(61), i64(62)}));
  }
  // simulation.taking_over:57
  if ((case_->stage == Stage::CHILD_IN_NEED)) {
  // simulation.taking_over:58
  thresholds = Service_open_case_thresholds(service, child);
  // simulation.taking_over:59
  seen = Service_seen(service, child, Str(25 /* enquiry error */), service->p->enquiry_error_sd);
  // simulation.taking_over:60
  if ((seen >= thresholds->section_47)) {
  // simulation.taking_over:61
  child->enquired = seen;
  }
  }
  // simulation.taking_over:62
  if ((case_->stage == Stage::ASSESSMENT)) {
  // simulation.taking_over:63
  child->elapsed = (-child->referred_at);
  } else {
  // simulation.taking_over:64
  if (!(math_isnan(case_->assessed_since))) {
  // simulation.taking_over:65
  pathway_assessment_open_assessment(child, service, case_->assessed_since, true);
  }
  }
  // simulation.taking_over:66
  if ((contains(list_from<Stage>(std::tuple<Stage, Stage>(Stage::ASSESSMENT, Stage::CHILD_IN_NEED)), case_->stage) && !(math_isnan(case_->enquired_since)))) {
  // simulation.taking_over:67
  child->enquiry_elapsed = max_((-case_->enquired_since), 1.0);
  }
  // simulation.taking_over:68
  child->process = env->process(pathway_journey_journey(child, service, case_->stage));
  // simulation.taking_over:69
  if (((child->enquiry_elapsed > 0.0) && (case_->stage == Stage::CHILD_IN_NEED))) {
  // simulation.taking_over:70
  env->process(simulation_taking_over__concern(child, service));
  }
}
void simulation_taking_over__write_first_assessment(Child* child, Service* service) {
  [[maybe_unused]] double completed{};
  // simulation.taking_over:75
  completed = min_((child->referred_at + 30.0), divide(double((-i64(1))), double(i64(1024))));
  // simulation.taking_over:76
  service->write->write(min_((child->referred_at + 1.0), completed), child->number, i64(3), i64(1), -1, -1, 0.0, nan_, nan_);
  // simulation.taking_over:77
  service->write->write(completed, child->number, i64(4), i64(1), -1, -1, 0.0, nan_, nan_);
}
Gen<void> simulation_taking_over__concern(Child* child, Service* service) {
  // simulation.taking_over:82
  co_yield static_cast<SimEvent*>(service->env->timeout(divide(double(i64(1)), double(i64(1024)))));
  // simulation.taking_over:83
  Child_tell(child, News::CONCERN);
  co_return;
}
void PostHistory_init(PostHistory* self, Office* office, Post* post) {
  // workforce.posts:69
  self->office = office;
  // workforce.posts:70
  self->place = Opt<double>{};
  // workforce.posts:71
  List<Stream>* t_513 = [&] {  auto out_ = make<List<Stream>>(); for (auto item_512 : each(list_from<Str>(std::tuple<Str, Str, Str, Str, Str, Str>(Str(52 /* tenure */), Str(53 /* vacancy */), Str(54 /* agency cover */), Str(55 /* agency stint */), Str(56 /* post at the start */), Str(57 /* service at the start */))))) { Str name = item_512;  out_->append(office->draws.stream(name)); } return out_; }();
  self->_tenure = at_(t_513, i64(0));
  self->_vacancy = at_(t_513, i64(1));
  self->_cover = at_(t_513, i64(2));
  self->_stint = at_(t_513, i64(3));
  self->_start = at_(t_513, i64(4));
  self->_lasted = at_(t_513, i64(5));
  // workforce.posts:75
  self->_ends = make_fn<double()>([=]() mutable -> double { return inf; });
  // workforce.posts:76
  self->_waits = nullptr;
  // workforce.posts:77
  PostHistory__read(self, post);
}
PostHistory* new_PostHistory(Office* office, Post* post) { auto self = make<PostHistory>(); PostHistory_init(self, office, post); return self; }
void Absences_init(Absences* self, Office* office) {
  [[maybe_unused]] Parameters* p{};
  // workforce.workers:306
  p = office->p;
  // workforce.workers:307
  self->_leave = office->draws.stream(Str(60 /* leave */));
  // workforce.workers:308
  self->_sickness = office->draws.stream(Str(59 /* sickness */));
  // workforce.workers:309
  self->_length = office->draws.stream(Str(58 /* sickness length */));
  // workforce.workers:310
  List<double>* t_508 = [&] {  auto out_ = make<List<double>>(); for (auto item_507 : each(list_from<double>(office->staffing->rules->training))) { double training = item_507;  out_->append(workforce_workers_leave_gap_of((p->leave_days_per_year + training), p->leave_spell_days)); } return out_; }();
  self->_before = at_(t_508, i64(0));
  self->_after = at_(t_508, i64(1));
  // workforce.workers:313
  double t_509 = p->sickness_spell_median_days;
  double t_510 = p->sickness_spell_sigma;
  self->_median = t_509;
  self->_sigma = t_510;
  // workforce.workers:314
  self->_mean = (self->_median * math_exp(divide(power(self->_sigma, i64(2)), double(i64(2)))));
}
Absences* new_Absences(Office* office) { auto self = make<Absences>(); Absences_init(self, office); return self; }
void Team_init(Team* self, Office* office, i64 code, bool pool) {
  // workforce.teams:35
  Office* t_504 = office;
  i64 t_505 = code;
  self->office = t_504;
  self->code = t_505;
  // workforce.teams:36
  self->workers = make<List<Worker*>>();
  // workforce.teams:37
  self->_eligible = make<Dict<IntSet, List<Worker*>*>>();
  // workforce.teams:38
  self->pool = (pool ? new_Diary() : nullptr);
  // workforce.teams:39
  self->_waiting = make<Dict<IntSet, List<std::tuple<i64, double, i64, Waiting*>>*>>();
  // workforce.teams:40
  self->_count = i64(0);
}
Team* new_Team(Office* office, i64 code, bool pool) { auto self = make<Team>(); Team_init(self, office, code, pool); return self; }
Gen<void> PostHistory_live(PostHistory* self) {
  [[maybe_unused]] Environment* env{};
  [[maybe_unused]] double first{};
  [[maybe_unused]] Listed* listed{};
  [[maybe_unused]] i64 occurrence{};
  [[maybe_unused]] Opt<double> place{};
  [[maybe_unused]] Post* post{};
  [[maybe_unused]] double share{};
  [[maybe_unused]] bool vacant{};
  // workforce.posts:103
  Environment* t_396 = self->office->env;
  Opt<double> t_397 = self->place;
  env = t_396;
  place = t_397;
  // workforce.posts:104
  if (is_none(place)) {
  // workforce.posts:105
  self->place = Opt<double>(env->place());
  }
  // workforce.posts:106
  if ((self->post->opens > env->now)) {
  // workforce.posts:107
  co_yield static_cast<SimEvent*>(PostHistory__wait(self, make_fn<double()>([=]() mutable -> double { return self->post->opens; }), place));
  }
  // workforce.posts:108
  Post* t_398 = self->post;
  Listed* t_399 = self->post->listed;
  post = t_398;
  listed = t_399;
  // workforce.posts:109
  vacant = (is_none(listed) ? [&]() -> bool { double t_400 = self->_start(post->number, i64(0)); return (t_400 < pick(self->rates->vacancy, (env->now >= self->_change))); }() : !(listed->permanent));
  // workforce.posts:113
  share = (((post->opens <= 0.0) && is_none(listed)) ? self->_lasted(post->number, i64(0)) : 0.0);
  // workforce.posts:114
  first = (is_none(listed) ? env->now : max_(listed->day, env->now));
  // workforce.posts:115
  occurrence = i64(0);
  // workforce.posts:116
  while ((env->now < self->post->closes)) {
  // workforce.posts:117
  occurrence = (occurrence + i64(1));
  // workforce.posts:118
  co_await ((vacant ? Fn<Gen<void>(double, double, i64)>::bound(self, [](void* o, double a0, double a1, i64 a2) -> Gen<void> { return PostHistory__be_vacant(static_cast<PostHistory*>(o), a0, a1, a2); }) : Fn<Gen<void>(double, double, i64)>::bound(self, [](void* o, double a0, double a1, i64 a2) -> Gen<void> { return PostHistory__be_held(static_cast<PostHistory*>(o), a0, a1, a2); }))(first, share, occurrence));
  // workforce.posts:119
  bool t_401 = !(vacant);
  double t_402 = 0.0;
  double t_403 = env->now;
  vacant = t_401;
  share = t_402;
  first = t_403;
  }
  co_return;
}
Gen<void> Office__change_rules(Office* self) {
  [[maybe_unused]] double now{};
  [[maybe_unused]] Rules* rules{};
  [[maybe_unused]] Team* team{};
  [[maybe_unused]] Worker* worker{};
  // workforce.office:148
  Environment* t_373 = self->env;
  double t_374 = workforce_office_rules_change_over(self->staffing)->start;
  self->_rules_change = make<Until>(t_373, t_374);
  // workforce.office:149
  co_yield static_cast<SimEvent*>(self->_rules_change);
  // workforce.office:150
  while (true) {
  // workforce.office:151
  double t_375 = self->env->now;
  Rules* t_376 = self->staffing->rules;
  now = t_375;
  rules = t_376;
  // workforce.office:152
  std::tuple<double, double> t_377 = rules->overtime;
  self->overtime_limit = Ramp_blend(rules->ramp, std::get<0>(t_377), std::get<1>(t_377), now);
  // workforce.office:153
  for (auto item_378 : each(self->workers)) {
  worker = item_378;
  // workforce.office:154
  if (math_isinf(worker->left)) {
  // workforce.office:155
  worker->day_hours = Office_day_hours(self, worker->role, worker->fte);
  // workforce.office:156
  Worker_set_limit(worker);
  }
  }
  // workforce.office:157
  for (auto item_379 : each(values_(self->teams))) {
  team = item_379;
  // workforce.office:158
  Team_allocate_waiting(team);
  }
  // workforce.office:159
  double t_380 = workforce_office_rules_change_over(self->staffing)->full;
  if ((now >= t_380)) {
  // workforce.office:160
  co_return;
  }
  // workforce.office:161
  co_yield static_cast<SimEvent*>(self->env->timeout(1.0));
  }
  co_return;
}
Gen<void> Office__pool_supervisors(Office* self) {
  [[maybe_unused]] Diary* pool{};
  [[maybe_unused]] Task* task{};
  [[maybe_unused]] i64 team{};
  [[maybe_unused]] Worker* worker{};
  // workforce.office:135
  self->_pooling = make<Until>(self->env, workforce_office_pooled_from(self->staffing));
  // workforce.office:136
  co_yield static_cast<SimEvent*>(self->_pooling);
  // workforce.office:137
  pool = new_Diary();
  // workforce.office:138
  for (auto item_363 : each(sorted_(list_of_keys(self->_supervisors)))) {
  team = item_363;
  // workforce.office:139
  for (auto item_364 : each(Diary_waiting(at_(self->_supervisors, team)))) {
  task = item_364;
  // workforce.office:140
  Diary_add(pool, task);
  }
  }
  // workforce.office:141
  self->_supervisors = dict_of_keys<i64, Diary*>(self->_supervisors, pool);
  // workforce.office:142
  for (auto item_365 : each(self->workers)) {
  worker = item_365;
  // workforce.office:143
  if ((worker->role == i64(64))) {
  // workforce.office:144
  worker->diary = pool;
  }
  }
  co_return;
}
List<Task*>* Diary_waiting(Diary* self) {
  [[maybe_unused]] List<Task*>* booked{};
  [[maybe_unused]] List<Task*>* ready{};
  // workforce.work:108
  ready = [&] {  auto out_ = make<List<Task*>>(); for (auto item_369 : each(sorted_by(self->ready, [&](std::tuple<double, i64, Task*> entry) { return std::get<1>(entry); }))) { Task* task = std::get<2>(item_369);  out_->append(task); } return out_; }();
  // workforce.work:109
  booked = [&] {  auto out_ = make<List<Task*>>(); for (auto item_370 : each(sorted_(list_of_keys(self->future)))) { i64 day = item_370;  for (auto item_371 : each(at_(self->future, day))) { Task* task = item_371;  out_->append(task); }} return out_; }();
  // workforce.work:110
  return [&] {  auto out_ = make<List<Task*>>(); for (auto item_372 : each(joined(ready, booked))) { Task* task = item_372; if (!((task->diary == self))) continue;  out_->append(task); } return out_; }();
}
double workforce_office_pooled_from(Staffing* staffing) {
  // workforce.office:48
  return (staffing->rules->pooled_supervisors ? staffing->rules->ramp->start : inf);
}
Ramp* workforce_office_rules_change_over(Staffing* staffing) {
  [[maybe_unused]] List<Ramp*>* changed{};
  [[maybe_unused]] List<Ramp*>* ramps{};
  // workforce.office:40
  changed = [&] {  auto out_ = make<List<Ramp*>>(); for (auto item_387 : each(values_(staffing->rates))) { Rates* rates = item_387; if (!((std::get<0>(rates->limit) != std::get<1>(rates->limit)))) continue;  out_->append(rates->ramp); } return out_; }();
  // workforce.office:41
  changed->append(staffing->rules->ramp);
  // workforce.office:42
  ramps = [&] {  auto out_ = make<List<Ramp*>>(); for (auto item_388 : each(changed)) { Ramp* ramp = item_388; if (!(!equal_Ramp(ramp, constant_NEVER_386))) continue;  out_->append(ramp); } return out_; }();
  // workforce.office:43
  return (truth(ramps) ? new_Ramp(min_of([&] {  auto out_ = make<List<double>>(); for (auto item_389 : each(ramps)) { Ramp* ramp = item_389;  out_->append(ramp->start); } return out_; }()), max_of([&] {  auto out_ = make<List<double>>(); for (auto item_390 : each(ramps)) { Ramp* ramp = item_390;  out_->append(ramp->full); } return out_; }())) : constant_NEVER_386);
}
double Office_day_hours(Office* self, i64 role, double fte) {
  [[maybe_unused]] double administration{};
  [[maybe_unused]] Rules* rules{};
  [[maybe_unused]] double share{};
  // workforce.office:177
  rules = self->staffing->rules;
  // workforce.office:178
  std::tuple<double, double> t_382 = rules->administration;
  administration = Ramp_blend(rules->ramp, std::get<0>(t_382), std::get<1>(t_382), self->env->now);
  // workforce.office:179
  share = ((role == i64(64)) ? self->p->supervisor_casework_share : 1.0);
  // workforce.office:180
  if ((role == i64(62))) {
  // workforce.office:181
  share = self->p->newly_qualified_workload;
  }
  // workforce.office:182
  std::tuple<double, double> t_383 = rules->contract;
  return (((Ramp_blend(rules->ramp, std::get<0>(t_383), std::get<1>(t_383), self->env->now) * fte) * (1.0 - administration)) * share);
}
void Worker_set_limit(Worker* self) {
  // workforce.workers:108
  self->limit = (Office_limit_of(self->office, self->role, self->fte) * self->settled);
  // workforce.workers:109
  Worker_weigh(self, 0.0);
}
bool equal_Ramp(Ramp* a, Ramp* b) { return equal_(a->start, b->start) && equal_(a->full, b->full); }
Ramp* new_Ramp(double start, double full) { auto self = make<Ramp>(); self->start = start; self->full = full; return self; }
Until* PostHistory__wait(PostHistory* self, Fn<double()> ends, Opt<double> place) {
  // workforce.posts:97
  self->_ends = ends;
  // workforce.posts:98
  Environment* t_502 = self->office->env;
  double t_503 = ends();
  self->_waits = make<Until>(t_502, t_503, place);
  // workforce.posts:99
  return self->_waits;
}
Gen<void> PostHistory__be_vacant(PostHistory* self, double first, double share, i64 occurrence) {
  [[maybe_unused]] double cover{};
  [[maybe_unused]] Fn<double()> end{};
  [[maybe_unused]] Environment* env{};
  [[maybe_unused]] Fn<bool()> is_covered{};
  [[maybe_unused]] double length{};
  [[maybe_unused]] double luck{};
  [[maybe_unused]] Office* office{};
  [[maybe_unused]] Post* post{};
  [[maybe_unused]] double served{};
  [[maybe_unused]] i64 spell{};
  // workforce.posts:123
  Office* t_489 = self->office;
  Post* t_490 = self->post;
  Environment* t_491 = self->office->env;
  office = t_489;
  post = t_490;
  env = t_491;
  // workforce.posts:124
  luck = engine_variates_exponential(self->_vacancy(post->number, occurrence));
  // workforce.posts:125
  served = Course_age(pick(self->_gap, (first >= self->_gap_change)), share);
  // workforce.posts:127
  end = make_fn<double()>([=]() mutable -> double { // workforce.posts:128
 std::tuple<Course*, Course*> t_492 = self->_gap; return min_(workforce_posts_on_grid_or_never(workforce_service_length_ends_at(first, luck, std::get<0>(t_492), std::get<1>(t_492), self->_gap_change, served)), self->post->closes); });
  // workforce.posts:130
  cover = self->_cover(post->number, occurrence);
  // workforce.posts:132
  is_covered = make_fn<bool()>([=]() mutable -> bool { // workforce.posts:133
 if ((!is_none(post->listed) && (occurrence == i64(1)))) { // workforce.posts:134
 return post->listed->agency; } // workforce.posts:135
 return (Post_on_duty(post) || (cover < pick(self->rates->cover, (env->now >= self->_change)))); });
  // workforce.posts:137
  spell = (occurrence * i64(1000));
  // workforce.posts:138
  while ((is_covered() && [&]() -> bool { double t_495 = env->now; double t_496 = end(); return (t_495 < t_496); }())) {
  // workforce.posts:139
  double t_497 = office->agency_stint_mean;
  double t_498 = engine_variates_exponential(self->_stint(post->number, spell));
  length = (t_497 * t_498);
  // workforce.posts:140
  co_await (PostHistory__be_covered(self, spell, engine_clock_on_grid((max_(first, env->now) + max_(length, 20.0))), end));
  // workforce.posts:141
  spell = (spell + i64(1));
  }
  // workforce.posts:142
  double t_499 = env->now;
  double t_500 = end();
  if ((t_499 < t_500)) {
  // workforce.posts:143
  co_yield static_cast<SimEvent*>(PostHistory__wait(self, end, Opt<double>{}));
  }
  co_return;
}
Gen<void> PostHistory__be_held(PostHistory* self, double first, double share, i64 occurrence) {
  [[maybe_unused]] Course* course{};
  [[maybe_unused]] double found{};
  [[maybe_unused]] Listed* listed{};
  [[maybe_unused]] double luck{};
  [[maybe_unused]] double mean{};
  [[maybe_unused]] double notice{};
  [[maybe_unused]] Post* post{};
  [[maybe_unused]] Fn<double()> resigns{};
  Opt<double>* served = make_cell<Opt<double>>();
  [[maybe_unused]] bool settled{};
  [[maybe_unused]] Fn<double()> until{};
  // workforce.posts:153
  Post* t_405 = self->post;
  double t_406 = self->office->notice_days;
  post = t_405;
  notice = t_406;
  // workforce.posts:154
  double t_407 = engine_variates_exponential(self->_tenure(post->number, occurrence));
  Listed* t_408 = post->listed;
  luck = t_407;
  listed = t_408;
  // workforce.posts:155
  course = pick(self->_stay, (first >= self->_change));
  // workforce.posts:156
  mean = Course_mean(course);
  // workforce.posts:157
  found = (math_isfinite(mean) ? (share * (mean + notice)) : 0.0);
  // workforce.posts:158
  (*served) = (((0.0 < found) && (found <= mean)) ? Opt<double>(Course_age(course, divide(found, mean))) : Opt<double>(0.0));
  // workforce.posts:159
  if ((!is_none(listed) && (occurrence == i64(1)))) {
  // workforce.posts:160
  (*served) = (is_none(listed->served) ? Opt<double>(Course_age(course, self->_lasted(post->number, i64(0)))) : listed->served);
  }
  // workforce.posts:162
  resigns = make_fn<double()>([=]() mutable -> double { // workforce.posts:163
 if ((found > mean)) { // workforce.posts:164
 return first; } // workforce.posts:165
 std::tuple<Course*, Course*> t_409 = self->_stay; return workforce_posts_on_grid_or_never(workforce_service_length_ends_at(first, luck, std::get<0>(t_409), std::get<1>(t_409), self->_change, ((*served)).value())); });
  // workforce.posts:167
  until = make_fn<double()>([=]() mutable -> double { [[maybe_unused]] double end{}; // workforce.posts:168
 end = ((found > mean) ? (first + engine_clock_on_grid(((mean + notice) - found))) : [&]() -> double { double t_412 = resigns(); return (t_412 + notice); }()); // workforce.posts:169
 return min_(end, self->post->closes); });
  // workforce.posts:171
  settled = ((occurrence == i64(1)) && ((post->opens <= 0.0) || (!is_none(listed) && (listed->served != 0.0))));
  // workforce.posts:172
  co_await (PostHistory__in_post(self, (occurrence * i64(1000)), resigns, until, false, settled));
  co_return;
}
double Course_mean(Course* self) {
  [[maybe_unused]] double kept{};
  // workforce.service_length:45
  if ((self->early_days <= 0.0)) {
  // workforce.service_length:46
  return self->late;
  }
  // workforce.service_length:47
  kept = math_exp((-workforce_service_length__hazard(self->early_days, self->early)));
  // workforce.service_length:48
  return (Course__before(self, self->early_days) + ((kept > 0.0) ? (kept * self->late) : 0.0));
}
double Course_age(Course* self, double share) {
  [[maybe_unused]] double early{};
  [[maybe_unused]] double kept{};
  [[maybe_unused]] double mean{};
  [[maybe_unused]] double wanted{};
  // workforce.service_length:56
  mean = Course_mean(self);
  // workforce.service_length:57
  if ((math_isinf(mean) || (mean <= 0.0))) {
  // workforce.service_length:58
  return 0.0;
  }
  // workforce.service_length:59
  double t_482 = (share * mean);
  double t_483 = Course__before(self, self->early_days);
  wanted = t_482;
  early = t_483;
  // workforce.service_length:60
  if ((wanted <= early)) {
  // workforce.service_length:61
  return (math_isinf(self->early) ? wanted : ((-self->early) * math_log1p(divide((-wanted), self->early))));
  }
  // workforce.service_length:62
  kept = math_exp((-workforce_service_length__hazard(self->early_days, self->early)));
  // workforce.service_length:63
  return (self->early_days - (self->late * math_log1p((-min_(divide((wanted - early), (kept * self->late)), (1.0 - 1e-12))))));
}
double workforce_posts_on_grid_or_never(double time) {
  // workforce.posts:204
  return (math_isinf(time) ? time : engine_clock_on_grid(time));
}
double workforce_service_length_ends_at(double begin, double luck, Course* before, Course* after, double change, double served) {
  [[maybe_unused]] double end{};
  [[maybe_unused]] double lasted{};
  // workforce.service_length:84
  if ((begin >= change)) {
  // workforce.service_length:85
  return (begin + Course_remaining(after, served, luck));
  }
  // workforce.service_length:86
  end = (begin + Course_remaining(before, served, luck));
  // workforce.service_length:87
  if ((end <= change)) {
  // workforce.service_length:88
  return end;
  }
  // workforce.service_length:89
  lasted = (change - begin);
  // workforce.service_length:90
  return (change + Course_remaining(after, (served + lasted), max_((luck - Course_used(before, served, lasted)), 0.0)));
}
Gen<void> PostHistory__in_post(PostHistory* self, i64 spell, Fn<double()> resigns, Fn<double()> until, bool agency, bool settled) {
  [[maybe_unused]] Environment* env{};
  [[maybe_unused]] Fn<double()> gives_notice{};
  double* last_day = make_cell<double>();
  [[maybe_unused]] Fn<double()> leaves{};
  [[maybe_unused]] Office* office{};
  [[maybe_unused]] Worker* worker{};
  // workforce.posts:178
  Office* t_413 = self->office;
  Environment* t_414 = self->office->env;
  double t_415 = inf;
  office = t_413;
  env = t_414;
  (*last_day) = t_415;
  // workforce.posts:180
  gives_notice = make_fn<double()>([=]() mutable -> double { // workforce.posts:181
 double t_416 = resigns(); double t_417 = until(); return min_(t_416, t_417); });
  // workforce.posts:183
  leaves = make_fn<double()>([=]() mutable -> double { // workforce.posts:184
 double t_418 = until(); return min_(t_418, (*last_day)); });
  // workforce.posts:186
  double t_419 = until();
  if ((t_419 <= env->now)) {
  // workforce.posts:187
  co_return;
  }
  // workforce.posts:188
  worker = Office_start_worker(office, self->post, spell, agency, settled);
  // workforce.posts:189
  worker->tenure = env->active_process;
  // workforce.posts:190
  {
  bool caught_420 = false; Interrupt caught_{};
  try {
  // workforce.posts:191
  double t_421 = gives_notice();
  if ((t_421 > env->now)) {
  // workforce.posts:192
  co_yield static_cast<SimEvent*>(PostHistory__wait(self, gives_notice, Opt<double>{}));
  }
  } catch (Interrupt& e_) { caught_ = e_; caught_420 = true; }
  if (caught_420) {
  // workforce.posts:194
  (*last_day) = (env->now + office->notice_days);
  }
  }
  // workforce.posts:195
  worker->tenure = nullptr;
  // workforce.posts:196
  double t_422 = leaves();
  if ((t_422 > env->now)) {
  // workforce.posts:197
  Worker_give_notice(worker);
  // workforce.posts:198
  co_yield static_cast<SimEvent*>(PostHistory__wait(self, leaves, Opt<double>{}));
  }
  // workforce.posts:199
  Office_end_worker(office, worker);
  co_return;
}
Worker* Office_start_worker(Office* self, Post* post, i64 spell, bool agency, bool settled) {
  [[maybe_unused]] Diary* diary{};
  [[maybe_unused]] bool newly_qualified{};
  [[maybe_unused]] Team* team{};
  [[maybe_unused]] double weeks{};
  [[maybe_unused]] Worker* worker{};
  // workforce.office:241
  team = at_(self->teams, post->team);
  // workforce.office:242
  diary = ((post->role == i64(64)) ? Office_supervisors(self, post->team) : team->pool);
  // workforce.office:243
  worker = new_Worker(self, len_(self->workers), post->role, team, post->fte, agency, post->number, spell, self->env->now, diary);
  // workforce.office:244
  self->workers->append(worker);
  // workforce.office:245
  self->write->write(self->env->now, worker->number, i64(43), i64(0), worker->number, post->role, 0.0, nan_, nan_);
  // workforce.office:246
  Worker_begin(worker);
  // workforce.office:247
  newly_qualified = (post->role == i64(62));
  // workforce.office:248
  weeks = (newly_qualified ? self->p->newly_qualified_settling_in_weeks : self->p->settling_in_weeks);
  // workforce.office:249
  if ((!(settled) && (weeks > 0.0) && contains(self->case_holding_roles, post->role))) {
  // workforce.office:250
  worker->settled = self->p->settling_in_share;
  // workforce.office:251
  Worker_set_limit(worker);
  // workforce.office:252
  self->env->process(Worker_settle_in(worker, self->p->settling_in_share, (weeks * 5.0)));
  }
  // workforce.office:253
  if ((post->role != i64(64))) {
  // workforce.office:254
  Team_join(team, worker);
  }
  // workforce.office:255
  return worker;
}
void Worker_give_notice(Worker* self) {
  // workforce.workers:113
  self->under_notice = true;
  // workforce.workers:114
  Worker_weigh(self, 0.0);
}
void Office_end_worker(Office* self, Worker* worker) {
  // workforce.office:259
  Worker_leave(worker);
  // workforce.office:260
  Worker_write_overtime(worker, self->env->now);
  // workforce.office:261
  Worker_note(worker, self->env->now);
  // workforce.office:262
  if ((worker->role != i64(64))) {
  // workforce.office:263
  Team_part_with(worker->team, worker);
  }
  // workforce.office:264
  self->write->write(self->env->now, worker->number, i64(44), i64(0), worker->number, worker->role, 0.0, nan_, nan_);
}
void Worker_leave(Worker* self) {
  // workforce.workers:162
  self->left = self->office->env->now;
  // workforce.workers:163
  self->_nothing_but_work_until = (-inf);
}
void Worker_write_overtime(Worker* self, double now) {
  // workforce.workers:291
  if ((self->overtime > 0.0)) {
  // workforce.workers:292
  self->office->write->write(now, self->number, i64(46), i64(0), self->number, (-i64(1)), self->overtime, nan_, nan_);
  // workforce.workers:293
  self->overtime = 0.0;
  }
}
void Worker_note(Worker* self, double now) {
  // workforce.workers:285
  self->office->notes->append(std::tuple<double, i64, double, double, double, double>(now, self->number, self->points, self->limit, self->available, self->unused));
  // workforce.workers:286
  double t_426 = 0.0;
  self->available = t_426;
  self->unused = t_426;
  // workforce.workers:287
  self->note_at = ((floor_divide(now, 21.0) + 1.0) * 21.0);
}
void Team_part_with(Team* self, Worker* worker) {
  [[maybe_unused]] Case* case_{};
  // workforce.teams:137
  self->workers->remove(worker);
  // workforce.teams:138
  self->_eligible->clear();
  // workforce.teams:139
  for (auto item_423 : each(copy_(values_(worker->cases)))) {
  case_ = item_423;
  // workforce.teams:140
  Team_pass_on(self, case_);
  }
}
void Team_pass_on(Team* self, Case* case_) {
  [[maybe_unused]] Worker* former{};
  // workforce.teams:144
  former = case_->holder;
  // workforce.teams:145
  if (!(!is_none(former))) throw Failed("cinsim.workforce.teams:145");
  // workforce.teams:146
  Worker_let_go(former, case_);
  // workforce.teams:147
  self->office->write->write(self->office->env->now, case_->number, i64(41), case_->episode, former->number, -1, 0.0, nan_, nan_);
  // workforce.teams:148
  Team* t_425 = case_->team;
  Team_allocate((truth(t_425) ? t_425 : self), case_);
}
void Worker_init(Worker* self, Office* office, i64 number, i64 role, Team* team, double fte, bool agency, i64 post, i64 spell, double started, Diary* diary) {
  // workforce.workers:68
  Office* t_469 = office;
  i64 t_470 = number;
  i64 t_471 = role;
  Team* t_472 = team;
  double t_473 = fte;
  bool t_474 = agency;
  i64 t_475 = post;
  self->office = t_469;
  self->number = t_470;
  self->role = t_471;
  self->team = t_472;
  self->fte = t_473;
  self->agency = t_474;
  self->post = t_475;
  // workforce.workers:77
  double t_476 = started;
  double t_477 = inf;
  self->started = t_476;
  self->left = t_477;
  // workforce.workers:78
  self->diary = (!is_none(diary) ? diary : new_Diary());
  // workforce.workers:79
  self->cases = make<Dict<i64, Case*>>();
  // workforce.workers:80
  double t_478 = 0.0;
  self->points = t_478;
  self->load = t_478;
  // workforce.workers:81
  bool t_479 = false;
  self->long_away = t_479;
  self->under_notice = t_479;
  // workforce.workers:82
  self->settled = 1.0;
  // workforce.workers:83
  self->limit = Office_limit_of(office, role, fte);
  // workforce.workers:84
  self->day_hours = Office_day_hours(office, role, fte);
  // workforce.workers:85
  double t_480 = 0.0;
  self->overtime = t_480;
  self->available = t_480;
  self->unused = t_480;
  // workforce.workers:86
  self->note_at = started;
  // workforce.workers:87
  self->effect = Office_effect_of(office, role);
  // workforce.workers:88
  self->tenure = nullptr;
  // workforce.workers:89
  self->asked = i64(0);
  // workforce.workers:91
  self->luck = ((post * i64(1000000)) + spell);
  // workforce.workers:93
  self->moment = divide(double((i64(256) + modulo(((post * i64(97)) + spell), i64(512)))), double(i64(1024)));
  // workforce.workers:94
  self->_morning = make<Recurring>(office->env, Fn<void(SimEvent*)>::bound(self, [](void* o, SimEvent* a0) -> void { return Worker__come_in(static_cast<Worker*>(o), a0); }));
  // workforce.workers:95
  self->_absences = i64(0);
  // workforce.workers:96
  double t_481 = nan_;
  self->_leave_at = t_481;
  self->_sick_at = t_481;
  self->_supervised_at = t_481;
  // workforce.workers:97
  self->_nothing_but_work_until = (-inf);
  // workforce.workers:98
  self->_well = Opt<std::tuple<i64, double, double>>{};
}
Worker* new_Worker(Office* office, i64 number, i64 role, Team* team, double fte, bool agency, i64 post, i64 spell, double started, Diary* diary) { auto self = make<Worker>(); Worker_init(self, office, number, role, team, fte, agency, post, spell, started, diary); return self; }
void Worker_begin(Worker* self) {
  [[maybe_unused]] double first{};
  [[maybe_unused]] double now{};
  // workforce.workers:141
  now = self->office->env->now;
  // workforce.workers:142
  first = (math_floor(now) + self->moment);
  // workforce.workers:143
  self->_morning->after((((first >= now) ? first : (first + 1.0)) - now));
}
Gen<void> Worker_settle_in(Worker* self, double share, double days) {
  [[maybe_unused]] i64 week{};
  [[maybe_unused]] i64 weeks{};
  // workforce.workers:147
  weeks = math_ceil(divide(days, 5.0));
  // workforce.workers:148
  for (auto item_427 : range(weeks)) {
  week = item_427;
  // workforce.workers:149
  self->settled = (share + divide(((1.0 - share) * week), double(weeks)));
  // workforce.workers:150
  Worker_set_limit(self);
  // workforce.workers:151
  if (truth(week)) {
  // workforce.workers:152
  Team_allocate_waiting(self->team);
  }
  // workforce.workers:153
  co_yield static_cast<SimEvent*>(self->office->env->timeout(5.0));
  // workforce.workers:154
  if ((self->left < inf)) {
  // workforce.workers:155
  co_return;
  }
  }
  // workforce.workers:156
  self->settled = 1.0;
  // workforce.workers:157
  Worker_set_limit(self);
  // workforce.workers:158
  Team_allocate_waiting(self->team);
  co_return;
}
void Team_join(Team* self, Worker* worker) {
  // workforce.teams:131
  self->workers->append(worker);
  // workforce.teams:132
  self->_eligible->clear();
  // workforce.teams:133
  Team_allocate_waiting(self);
}
void Worker__come_in(Worker* self, SimEvent* _) {
  [[maybe_unused]] double now{};
  // workforce.workers:167
  now = self->office->env->now;
  // workforce.workers:168
  if (((now >= self->_nothing_but_work_until) && !(Worker__is_at_work(self, now)))) {
  // workforce.workers:169
  return;
  }
  // workforce.workers:170
  Worker_work_day(self, now);
  // workforce.workers:171
  self->_morning->after(1.0);
}
bool Worker__is_at_work(Worker* self, double now) {
  [[maybe_unused]] bool holds_cases{};
  [[maybe_unused]] Office* office{};
  // workforce.workers:175
  if ((self->left < inf)) {
  // workforce.workers:176
  return false;
  }
  // workforce.workers:177
  office = self->office;
  // workforce.workers:178
  if (math_isnan(self->_leave_at)) {
  // workforce.workers:179
  double t_440 = Office_leave_gap(office, self->luck, i64(0), true);
  self->_leave_at = (now + t_440);
  // workforce.workers:180
  Worker__be_well(self, i64(0), now);
  // workforce.workers:181
  holds_cases = contains(office->case_holding_roles, self->role);
  // workforce.workers:182
  self->_supervised_at = (holds_cases ? (now + modulo(double(self->luck), office->days_between_supervisions)) : inf);
  }
  // workforce.workers:183
  if (((now >= self->_leave_at) || (now >= self->_sick_at))) {
  // workforce.workers:184
  Worker__be_away(self, now);
  // workforce.workers:185
  return false;
  }
  // workforce.workers:186
  if ((now >= self->_supervised_at)) {
  // workforce.workers:187
  self->_supervised_at = (now + office->days_between_supervisions);
  // workforce.workers:188
  Office_plan_supervision(office, self, now);
  // workforce.workers:189
  if ((!is_none(self->tenure) && Office_gives_up(office, self))) {
  // workforce.workers:190
  self->tenure->interrupt(0);
  }
  }
  // workforce.workers:191
  self->_nothing_but_work_until = min_(min_(self->_leave_at, self->_sick_at), self->_supervised_at);
  // workforce.workers:192
  return true;
}
void Worker_work_day(Worker* self, double now) {
  [[maybe_unused]] Case* case_{};
  [[maybe_unused]] Diary* diary{};
  [[maybe_unused]] double hours{};
  [[maybe_unused]] bool in_overtime{};
  [[maybe_unused]] Office* office{};
  [[maybe_unused]] double overtime_left{};
  [[maybe_unused]] double pressing{};
  [[maybe_unused]] List<std::tuple<double, i64, Task*>>* ready{};
  [[maybe_unused]] Task* task{};
  [[maybe_unused]] double thin_if_due_before{};
  // workforce.workers:242
  Diary* t_428 = self->diary;
  Office* t_429 = self->office;
  diary = t_428;
  office = t_429;
  // workforce.workers:243
  Diary_open_day(diary, to_int(now));
  // workforce.workers:244
  ready = diary->ready;
  // workforce.workers:245
  double t_430 = self->day_hours;
  double t_431 = (self->day_hours * office->overtime_limit);
  bool t_432 = false;
  hours = t_430;
  overtime_left = t_431;
  in_overtime = t_432;
  // workforce.workers:246
  thin_if_due_before = (now - office->thin_after_days);
  // workforce.workers:247
  while (truth(ready)) {
  // workforce.workers:248
  std::tuple<double, i64, Task*> t_433 = at_(ready, i64(0));
  pressing = std::get<0>(t_433);
  task = std::get<2>(t_433);
  // workforce.workers:249
  if ((task->diary != diary)) {
  // workforce.workers:250
  heappop(ready);
  // workforce.workers:251
  continue;
  }
  // workforce.workers:252
  if ((hours <= 0.0)) {
  // workforce.workers:253
  if (((overtime_left <= 0.0) || (pressing > now))) {
  // workforce.workers:254
  break;
  }
  // workforce.workers:255
  double t_434 = overtime_left;
  double t_435 = 0.0;
  bool t_436 = true;
  hours = t_434;
  overtime_left = t_435;
  in_overtime = t_436;
  // workforce.workers:256
  self->overtime = (self->overtime + hours);
  } else {
  // workforce.workers:257
  if ((in_overtime && (pressing > now))) {
  // workforce.workers:258
  break;
  }
  }
  // workforce.workers:259
  if (((task->due < thin_if_due_before) && contains(IntSet({i64(33), i64(35), i64(36), i64(37), i64(47), i64(48)}), task->kind) && (task->hours_left == task->hours))) {
  // workforce.workers:260
  double t_437 = (task->hours * office->thin_share);
  task->hours = t_437;
  task->hours_left = t_437;
  }
  // workforce.workers:261
  if ((task->hours_left > hours)) {
  // workforce.workers:262
  task->hours_left = (task->hours_left - hours);
  // workforce.workers:263
  hours = 0.0;
  // workforce.workers:264
  continue;
  }
  // workforce.workers:265
  hours = (hours - task->hours_left);
  // workforce.workers:266
  heappop(ready);
  // workforce.workers:268
  task->diary = nullptr;
  // workforce.workers:269
  case_ = task->case_;
  // workforce.workers:270
  if (contains(case_->tasks, task)) {
  // workforce.workers:271
  case_->tasks->remove(task);
  }
  // workforce.workers:272
  task->done(task, self, now);
  }
  // workforce.workers:273
  if (in_overtime) {
  // workforce.workers:274
  self->overtime = (self->overtime - hours);
  } else {
  // workforce.workers:276
  self->unused = (self->unused + hours);
  }
  // workforce.workers:277
  self->available = (self->available + self->day_hours);
  // workforce.workers:278
  if ((now >= self->note_at)) {
  // workforce.workers:279
  Worker_note(self, now);
  }
  // workforce.workers:280
  if (((self->overtime > 0.0) && (modulo(to_int(now), i64(21)) == modulo(self->number, i64(21))))) {
  // workforce.workers:281
  Worker_write_overtime(self, now);
  }
}
void Diary_open_day(Diary* self, i64 today) {
  [[maybe_unused]] i64 day{};
  [[maybe_unused]] Dict<i64, List<Task*>*>* future{};
  [[maybe_unused]] List<Task*>* page{};
  [[maybe_unused]] Task* task{};
  // workforce.work:97
  future = self->future;
  // workforce.work:98
  for (auto item_438 : range((self->_opened + i64(1)), (today + i64(1)))) {
  day = item_438;
  // workforce.work:99
  page = future->pop(day);
  // workforce.work:100
  if (!is_none(page)) {
  // workforce.work:101
  for (auto item_439 : each(page)) {
  task = item_439;
  // workforce.work:102
  if ((task->diary == self)) {
  // workforce.work:103
  Diary__make_ready(self, task);
  }
  }
  }
  }
  // workforce.work:104
  self->_opened = today;
}
double Office_leave_gap(Office* self, i64 worker, i64 occurrence, bool first) {
  // workforce.office:224
  return Absences_leave_gap(self->_absences, worker, occurrence, (self->env->now >= self->staffing->rules->ramp->start), first);
}
void Worker__be_well(Worker* self, i64 occurrence, double well_from) {
  // workforce.workers:196
  self->_well = Opt<std::tuple<i64, double, double>>(std::tuple<i64, double, double>(occurrence, well_from, Office_overload(self->office, self)));
  // workforce.workers:197
  std::tuple<i64, double, double> t_454 = (self->_well).value();
  self->_sick_at = Office_sick_from(self->office, self, std::get<0>(t_454), std::get<1>(t_454), std::get<2>(t_454));
}
void Worker__be_away(Worker* self, double now) {
  [[maybe_unused]] double days{};
  [[maybe_unused]] i64 kind{};
  [[maybe_unused]] Office* office{};
  // workforce.workers:208
  office = self->office;
  // workforce.workers:209
  self->_absences = (self->_absences + i64(1));
  // workforce.workers:210
  if ((now >= self->_sick_at)) {
  // workforce.workers:211
  double t_442 = Office_sickness_length(office, self->luck, self->_absences);
  i64 t_443 = i64(80);
  days = t_442;
  kind = t_443;
  // workforce.workers:212
  Worker__be_well(self, self->_absences, (now + days));
  } else {
  // workforce.workers:214
  double t_444 = office->leave_spell_days;
  i64 t_445 = i64(81);
  days = t_444;
  kind = t_445;
  // workforce.workers:215
  double t_446 = (now + days);
  double t_447 = Office_leave_gap(office, self->luck, self->_absences, false);
  self->_leave_at = (t_446 + t_447);
  }
  // workforce.workers:216
  office->write->write(now, self->number, i64(45), i64(0), self->number, kind, 0.0, (now + days), nan_);
  // workforce.workers:217
  if ((days > office->cover_after_days)) {
  // workforce.workers:218
  office->env->process(Worker__long_absence(self, days));
  } else {
  // workforce.workers:220
  self->_morning->after(days);
  }
}
void Office_plan_supervision(Office* self, Worker* worker, double now) {
  [[maybe_unused]] Case* case_{};
  [[maybe_unused]] Fn<void(Task*, Worker*, double)> held{};
  [[maybe_unused]] double hours{};
  // workforce.office:228
  hours = self->p->hours_supervision;
  // workforce.office:230
  held = make_fn<void(Task*, Worker*, double)>([=](Task* task, Worker* who, double at) mutable -> void { // workforce.office:231
 self->write->write(at, who->number, i64(47), i64(0), who->number, (-i64(1)), task->hours, task->due, nan_); });
  // workforce.office:233
  case_ = new_Case(worker->number);
  // workforce.office:234
  Diary_add(worker->diary, new_Task(i64(47), case_, hours, now, (now + i64(5)), held));
  // workforce.office:235
  Diary_add(Office_supervisors(self, worker->team->code), new_Task(i64(47), case_, hours, now, (now + i64(5)), held));
}
bool Office_gives_up(Office* self, Worker* worker) {
  [[maybe_unused]] double extra{};
  [[maybe_unused]] Rates* rates{};
  [[maybe_unused]] double turnover{};
  // workforce.office:210
  if ((worker->agency || !(Rules_feedbacks_at(self->staffing->rules, self->env->now)->workload_to_leaving))) {
  // workforce.office:211
  return false;
  }
  // workforce.office:212
  rates = Office_rates_of(self, worker->role);
  // workforce.office:213
  turnover = Ramp_blend(rates->ramp, std::get<0>(rates->turnover), std::get<1>(rates->turnover), self->env->now);
  // workforce.office:214
  extra = ((turnover * self->p->workload_leaving_gain) * Office_overload(self, worker));
  // workforce.office:215
  worker->asked = (worker->asked + i64(1));
  // workforce.office:216
  double t_441 = self->_resigns(worker->luck, worker->asked);
  return (t_441 < divide((extra * self->days_between_supervisions), 253.0));
}
double Office_overload(Office* self, Worker* worker) {
  // workforce.office:206
  return (math_isfinite(worker->load) ? max_((worker->load - self->p->overload_felt_from), 0.0) : 0.0);
}
Case* new_Case(i64 number) { auto self = make<Case>(); Case_init(self, number); return self; }
double Office_sickness_length(Office* self, i64 worker, i64 occurrence) {
  // workforce.office:220
  return Absences_sickness_length(self->_absences, worker, occurrence);
}
Gen<void> Worker__long_absence(Worker* self, double days) {
  [[maybe_unused]] Case* case_{};
  [[maybe_unused]] Office* office{};
  // workforce.workers:224
  office = self->office;
  // workforce.workers:225
  self->long_away = true;
  // workforce.workers:226
  Worker_weigh(self, 0.0);
  // workforce.workers:227
  co_yield static_cast<SimEvent*>(office->env->timeout(office->cover_after_days));
  // workforce.workers:228
  if ((self->left < inf)) {
  // workforce.workers:229
  co_return;
  }
  // workforce.workers:230
  for (auto item_448 : each(copy_(values_(self->cases)))) {
  case_ = item_448;
  // workforce.workers:231
  Team_pass_on(self->team, case_);
  }
  // workforce.workers:232
  co_yield static_cast<SimEvent*>(office->env->timeout((days - office->cover_after_days)));
  // workforce.workers:233
  if ((self->left < inf)) {
  // workforce.workers:234
  co_return;
  }
  // workforce.workers:235
  self->long_away = false;
  // workforce.workers:236
  Worker_weigh(self, 0.0);
  // workforce.workers:237
  Team_allocate_waiting(self->team);
  // workforce.workers:238
  Worker__come_in(self, self->_morning);
  co_return;
}
double Absences_sickness_length(Absences* self, i64 worker, i64 occurrence) {
  // workforce.workers:332
  double t_450 = self->_length(worker, occurrence);
  i64 t_453 = round_(engine_variates_lognormal(t_450, self->_median, self->_sigma));
  return double(max_(i64(1), t_453));
}
double workforce_workers_leave_gap_of(double days_a_year, double spell_days) {
  [[maybe_unused]] double spells{};
  // workforce.workers:298
  spells = divide(days_a_year, spell_days);
  // workforce.workers:299
  return ((spells > 0.0) ? (divide(253.0, spells) - spell_days) : inf);
}
double Office_sick_from(Office* self, Worker* worker, i64 occurrence, double well_from, double overload) {
  [[maybe_unused]] double after{};
  [[maybe_unused]] double before{};
  [[maybe_unused]] double change{};
  [[maybe_unused]] double gain{};
  [[maybe_unused]] Rates* rates{};
  [[maybe_unused]] Rules* rules{};
  // workforce.office:193
  Rates* t_455 = Office_rates_of(self, worker->role);
  Rules* t_456 = self->staffing->rules;
  rates = t_455;
  rules = t_456;
  // workforce.office:194
  std::tuple<double, double> t_457 = rates->sickness;
  before = std::get<0>(t_457);
  after = std::get<1>(t_457);
  // workforce.office:195
  change = divide((rates->ramp->start + rates->ramp->full), double(i64(2)));
  // workforce.office:196
  if (rules->feedbacks->workload_to_sickness) {
  // workforce.office:197
  gain = (1.0 + (self->p->workload_sickness_gain * overload));
  // workforce.office:198
  if ((well_from >= rules->ramp->start)) {
  // workforce.office:199
  double t_458 = min_((before * gain), 0.5);
  double t_459 = min_((after * gain), 0.5);
  before = t_458;
  after = t_459;
  } else {
  // workforce.office:200
  if (equal_Ramp(rates->ramp, constant_NEVER_386)) {
  // workforce.office:201
  double t_460 = min_((after * gain), 0.5);
  double t_461 = rules->ramp->start;
  after = t_460;
  change = t_461;
  }
  }
  }
  // workforce.office:202
  return Absences_sick_from(self->_absences, worker->luck, occurrence, well_from, before, after, change);
}
double Absences_sick_from(Absences* self, i64 worker, i64 occurrence, double well_from, double before, double after, double change) {
  [[maybe_unused]] List<double>* gaps{};
  [[maybe_unused]] double luck{};
  // workforce.workers:326
  luck = engine_variates_exponential(self->_sickness(worker, occurrence));
  // workforce.workers:327
  gaps = [&] {  auto out_ = make<List<double>>(); for (auto item_465 : each(list_from<double>(std::tuple<double, double>(before, after)))) { double share = item_465;  out_->append(((share > 0.0) ? divide((self->_mean * (1.0 - share)), share) : inf)); } return out_; }();
  // workforce.workers:328
  return workforce_posts_on_grid_or_never(workforce_service_length_ends_at(well_from, luck, workforce_service_length_steady(at_(gaps, i64(0))), workforce_service_length_steady(at_(gaps, i64(1))), change, 0.0));
}
Course* workforce_service_length_steady(double mean) {
  // workforce.service_length:95
  return new_Course(0.0, mean, mean);
}
Course* new_Course(double early_days, double early, double late) { auto self = make<Course>(); self->early_days = early_days; self->early = early; self->late = late; return self; }
double Absences_leave_gap(Absences* self, i64 worker, i64 occurrence, bool changed, bool first) {
  [[maybe_unused]] double gap{};
  [[maybe_unused]] double u{};
  // workforce.workers:318
  gap = (changed ? self->_after : self->_before);
  // workforce.workers:319
  if (math_isinf(gap)) {
  // workforce.workers:320
  return inf;
  }
  // workforce.workers:321
  u = self->_leave(worker, occurrence);
  // workforce.workers:322
  return double(round_((gap * (first ? u : (0.6 + (0.8 * u))))));
}
double Course_remaining(Course* self, double served, double luck) {
  [[maybe_unused]] double left{};
  [[maybe_unused]] double within{};
  // workforce.service_length:31
  left = (self->early_days - served);
  // workforce.service_length:32
  if ((left <= 0.0)) {
  // workforce.service_length:33
  return workforce_service_length__days(luck, self->late);
  }
  // workforce.service_length:34
  within = workforce_service_length__days(luck, self->early);
  // workforce.service_length:35
  return ((within <= left) ? within : (left + workforce_service_length__days((luck - workforce_service_length__hazard(left, self->early)), self->late)));
}
double Course_used(Course* self, double served, double days) {
  [[maybe_unused]] double early{};
  // workforce.service_length:39
  early = min_(max_((self->early_days - served), 0.0), days);
  // workforce.service_length:40
  return (workforce_service_length__hazard(early, self->early) + workforce_service_length__hazard((days - early), self->late));
}
double workforce_service_length__hazard(double days, double mean) {
  // workforce.service_length:71
  if (((days <= 0.0) || math_isinf(mean))) {
  // workforce.service_length:72
  return 0.0;
  }
  // workforce.service_length:73
  return ((mean <= 0.0) ? inf : divide(days, mean));
}
double workforce_service_length__days(double luck, double mean) {
  // workforce.service_length:67
  return ((mean <= 0.0) ? 0.0 : (math_isinf(mean) ? inf : (luck * mean)));
}
double Course__before(Course* self, double days) {
  // workforce.service_length:52
  return (math_isinf(self->early) ? days : (self->early * (-math_expm1((-workforce_service_length__hazard(days, self->early))))));
}
bool Post_on_duty(Post* self) {
  // workforce.staffing:113
  return (contains(list_from<i64>(std::tuple<i64, i64>(i64(70), i64(75))), self->team) || (self->role == i64(64)));
}
Gen<void> PostHistory__be_covered(PostHistory* self, i64 spell, double stint_ends, Fn<double()> end) {
  [[maybe_unused]] Fn<double()> until{};
  // workforce.posts:146
  until = make_fn<double()>([=]() mutable -> double { // workforce.posts:147
 double t_501 = end(); return min_(stint_ends, t_501); });
  // workforce.posts:149
  co_await (PostHistory__in_post(self, spell, until, until, true, true));
  co_return;
}
void PostHistory__read(PostHistory* self, Post* post) {
  [[maybe_unused]] Office* office{};
  // workforce.posts:81
  office = self->office;
  // workforce.posts:82
  self->post = post;
  // workforce.posts:83
  self->rates = Office_rates_of(office, post->role);
  // workforce.posts:85
  self->_change = divide((self->rates->ramp->start + self->rates->ramp->full), double(i64(2)));
  // workforce.posts:86
  self->_gap_change = (math_isfinite(self->_change) ? self->_change : office->staffing->rules->ramp->start);
  // workforce.posts:87
  self->_stay = workforce_posts_courses_of_service(office, self->rates);
  // workforce.posts:88
  self->_gap = workforce_posts_courses_of_vacancies(office, self->rates);
}
std::tuple<Course*, Course*> workforce_posts_courses_of_service(Office* office, Rates* rates) {
  [[maybe_unused]] Fn<Course*(double)> course{};
  [[maybe_unused]] double notice{};
  [[maybe_unused]] Parameters* p{};
  // workforce.posts:37
  Parameters* t_519 = office->p;
  double t_520 = office->notice_days;
  p = t_519;
  notice = t_520;
  // workforce.posts:39
  course = make_fn<Course*(double)>([=](double turnover) mutable -> Course* { [[maybe_unused]] double stay{}; // workforce.posts:40
 stay = ((turnover > 0.0) ? divide(253.0, turnover) : inf); // workforce.posts:41
 return workforce_service_length_service(max_((stay - notice), 0.0), p->early_leaving_ratio, (p->early_service_years * 253.0)); });
  // workforce.posts:43
  Course* t_521 = course(std::get<0>(rates->turnover));
  Course* t_522 = course(std::get<1>(rates->turnover));
  return std::tuple<Course*, Course*>(t_521, t_522);
}
std::tuple<Course*, Course*> workforce_posts_courses_of_vacancies(Office* office, Rates* rates) {
  [[maybe_unused]] double after{};
  [[maybe_unused]] double before{};
  [[maybe_unused]] double delay{};
  [[maybe_unused]] double shortest{};
  [[maybe_unused]] double shortest_after{};
  // workforce.posts:48
  delay = office->staffing->rules->recruitment_delay;
  // workforce.posts:49
  shortest = (office->p->recruitment_weeks * 5.0);
  // workforce.posts:50
  List<double>* t_516 = [&] {  auto out_ = make<List<double>>(); for (auto item_515 : zip_(each(list_from<double>(rates->turnover)), each(list_from<double>(rates->vacancy)))) { double t = std::get<0>(item_515); double v = std::get<1>(item_515);  out_->append(workforce_service_length_mean_vacancy(t, v)); } return out_; }();
  before = at_(t_516, i64(0));
  after = at_(t_516, i64(1));
  // workforce.posts:51
  if (((delay > 0.0) && (std::get<1>(rates->vacancy) > 0.0))) {
  // workforce.posts:52
  double t_517 = max_(after, delay);
  double t_518 = delay;
  after = t_517;
  shortest_after = t_518;
  } else {
  // workforce.posts:54
  shortest_after = shortest;
  }
  // workforce.posts:55
  return std::tuple<Course*, Course*>(workforce_service_length_recruitment(before, shortest), workforce_service_length_recruitment(after, shortest_after));
}
double workforce_service_length_mean_vacancy(double turnover, double vacancy) {
  // workforce.service_length:126
  if ((vacancy <= 0.0)) {
  // workforce.service_length:127
  return 0.0;
  }
  // workforce.service_length:128
  if ((turnover <= 0.0)) {
  // workforce.service_length:129
  return inf;
  }
  // workforce.service_length:130
  return ((vacancy < 1.0) ? divide((divide(253.0, turnover) * vacancy), (1.0 - vacancy)) : inf);
}
Course* workforce_service_length_recruitment(double mean, double shortest) {
  [[maybe_unused]] double fixed{};
  // workforce.service_length:120
  fixed = min_(shortest, mean);
  // workforce.service_length:121
  return (math_isfinite(mean) ? new_Course(fixed, inf, (mean - fixed)) : workforce_service_length_steady(mean));
}
Course* workforce_service_length_service(double mean, double ratio, double early_days) {
  // workforce.service_length:100
  if ((math_isinf(mean) || (mean <= 0.0) || (early_days <= 0.0) || (ratio == 1.0))) {
  // workforce.service_length:101
  return workforce_service_length_steady(mean);
  }
  // workforce.service_length:102
  return workforce_service_length__service(mean, ratio, early_days);
}
Course* workforce_service_length__service(double mean, double ratio, double early_days) {
  [[maybe_unused]] double high{};
  [[maybe_unused]] double late{};
  [[maybe_unused]] double low{};
  // workforce.service_length:107
  List<double>* t_523 = sorted_(list_from<double>(std::tuple<double, double>(mean, (mean * ratio))));
  low = at_(t_523, i64(0));
  high = at_(t_523, i64(1));
  // workforce.service_length:108
  for (auto item_524 : range(i64(60))) {
  // workforce.service_length:109
  late = divide((low + high), double(i64(2)));
  // workforce.service_length:110
  if ((Course_mean(new_Course(early_days, divide(late, ratio), late)) < mean)) {
  // workforce.service_length:111
  low = late;
  } else {
  // workforce.service_length:113
  high = late;
  }
  }
  // workforce.service_length:114
  late = divide((low + high), double(i64(2)));
  // workforce.service_length:115
  return new_Course(early_days, divide(late, ratio), late);
}
static Parameters* read_Parameters(Reader& r) { return r.object<Parameters>([&](Parameters* o) { o->hours_handover = r.number<double>(); o->newly_qualified_workload = r.number<double>(); o->care_leaver_shape = r.number<double>(); o->care_leaver_scale_days = r.number<double>(); o->disability_service_shape = r.number<double>(); o->disability_service_scale_days = r.number<double>(); o->points_looked_after = r.number<double>(); o->care_length_shape = r.number<double>(); o->care_length_scale_days = r.number<double>(); o->care_ends_adopted = r.number<double>(); o->care_ends_arrangements_order = r.number<double>(); o->care_ends_guardianship = r.number<double>(); o->care_ends_home_with_plan = r.number<double>(); o->visit_lead_share = r.number<double>(); o->visit_not_achieved_share = r.number<double>(); o->hard_to_reach_visit_not_achieved = r.number<double>(); o->hard_to_reach_share = r.number<double>(); o->detection_per_visit = r.number<double>(); o->repeat_enquiry_margin = r.number<double>(); o->concern_half_life_months = r.number<double>(); o->visit_not_achieved_hours_share = r.number<double>(); o->visit_retry_days = r.number<double>(); o->cin_visit_retry_days = r.number<double>(); o->review_lead_share = r.number<double>(); o->conference_postponed_days = r.number<double>(); o->review_postponed_share = r.number<double>(); o->hours_conference_report = r.number<double>(); o->conferences_per_chair_day = r.number<double>(); o->core_group_interval_working_days = r.number<double>(); o->points_cpp = r.number<double>(); o->first_core_group_working_days = r.number<double>(); o->review_error_sd = r.number<double>(); o->early_review_notice_days = r.number<double>(); o->early_review_after_days = r.number<double>(); o->early_review_margin = r.number<double>(); o->conference_error_sd = r.number<double>(); o->step_down_share = r.number<double>(); o->points_cin_plan = r.number<double>(); o->family_withdraws_per_review = r.number<double>(); o->first_visit_within_days = r.number<double>(); o->assessment_short_days = r.number<double>(); o->report_lead_days = r.number<double>(); o->assessment_length_median_days = r.number<double>(); o->assessment_length_sigma = r.number<double>(); o->assessment_overrun_share = r.number<double>(); o->assessment_quick_share = r.number<double>(); o->assessment_overrun_days = r.number<double>(); o->assessment_slack_days = r.number<double>(); o->enquiry_error_sd = r.number<double>(); o->icpc_limit_working_days = r.number<double>(); o->conference_margin_days = r.number<double>(); o->points_section_47 = r.number<double>(); o->enquiry_days = r.number<double>(); o->conference_notice_days = r.number<double>(); o->conference_postponed_share = r.number<double>(); o->points_short_help = r.number<double>(); o->help_short = r.number<double>(); o->short_help_median_days = r.number<double>(); o->short_help_sigma = r.number<double>(); o->assessment_error_sd = r.number<double>(); o->points_assessment = r.number<double>(); o->disability_service_share = r.number<double>(); o->screening_error_sd = r.number<double>(); o->concern_sd = r.number<double>(); o->hours_screening = r.number<double>(); o->hours_assessment_session = r.number<double>(); o->hours_travel = r.number<double>(); o->hours_assessment_report = r.number<double>(); o->hours_approval = r.number<double>(); o->hours_section_47_session = r.number<double>(); o->hours_short_help_session = r.number<double>(); o->hours_cin_visit = r.number<double>(); o->hours_cpp_visit = r.number<double>(); o->hours_cin_review = r.number<double>(); o->hours_core_group = r.number<double>(); o->hours_conference_chairing = r.number<double>(); o->hours_looked_after_visit = r.number<double>(); o->hours_closure = r.number<double>(); o->agency_stint_months = r.number<double>(); o->notice_weeks = r.number<double>(); o->leave_spell_days = r.number<double>(); o->supervision_interval_working_days = r.number<double>(); o->cover_after_days = r.number<double>(); o->thin_after_days = r.number<double>(); o->thin_share = r.number<double>(); o->supervisor_casework_share = r.number<double>(); o->newly_qualified_settling_in_weeks = r.number<double>(); o->settling_in_weeks = r.number<double>(); o->settling_in_share = r.number<double>(); o->workload_leaving_gain = r.number<double>(); o->overload_felt_from = r.number<double>(); o->hours_supervision = r.number<double>(); o->leave_days_per_year = r.number<double>(); o->sickness_spell_median_days = r.number<double>(); o->sickness_spell_sigma = r.number<double>(); o->workload_sickness_gain = r.number<double>(); o->recruitment_weeks = r.number<double>(); o->early_leaving_ratio = r.number<double>(); o->early_service_years = r.number<double>(); }); }
static Listed* read_Listed(Reader& r) { return r.object<Listed>([&](Listed* o) { o->permanent = r.number<i64>() != 0; o->day = r.number<double>(); o->served = (r.number<i64>() ? static_cast<Opt<double>>(r.number<double>()) : static_cast<Opt<double>>(nullptr)); o->agency = r.number<i64>() != 0; }); }
static Post* read_Post(Reader& r) { return r.object<Post>([&](Post* o) { o->role = r.number<i64>(); o->team = r.number<i64>(); o->listed = (r.number<i64>() ? static_cast<Listed*>(read_Listed(r)) : static_cast<Listed*>(nullptr)); o->number = r.number<i64>(); o->opens = r.number<double>(); o->closes = r.number<double>(); o->fte = r.number<double>(); }); }
static Ramp* read_Ramp(Reader& r) { return r.object<Ramp>([&](Ramp* o) { o->start = r.number<double>(); o->full = r.number<double>(); }); }
static Rates* read_Rates(Reader& r) { return r.object<Rates>([&](Rates* o) { o->ramp = read_Ramp(r); o->limit = std::tuple<double, double>{r.number<double>(), r.number<double>()}; o->vacancy = std::tuple<double, double>{r.number<double>(), r.number<double>()}; o->turnover = std::tuple<double, double>{r.number<double>(), r.number<double>()}; o->sickness = std::tuple<double, double>{r.number<double>(), r.number<double>()}; o->cover = std::tuple<double, double>{r.number<double>(), r.number<double>()}; }); }
static Feedbacks* read_Feedbacks(Reader& r) { return r.object<Feedbacks>([&](Feedbacks* o) { o->lateness_to_detection = r.number<i64>() != 0; o->workload_to_sickness = r.number<i64>() != 0; o->workload_to_leaving = r.number<i64>() != 0; }); }
static Rules* read_Rules(Reader& r) { return r.object<Rules>([&](Rules* o) { o->ramp = read_Ramp(r); o->feedbacks = read_Feedbacks(r); o->overtime = std::tuple<double, double>{r.number<double>(), r.number<double>()}; o->pooled_supervisors = r.number<i64>() != 0; o->administration = std::tuple<double, double>{r.number<double>(), r.number<double>()}; o->contract = std::tuple<double, double>{r.number<double>(), r.number<double>()}; o->training = std::tuple<double, double>{r.number<double>(), r.number<double>()}; o->recruitment_delay = r.number<double>(); }); }
static Staffing* read_Staffing(Reader& r) { return r.object<Staffing>([&](Staffing* o) { o->hours_factor = r.number<double>(); o->posts = r.list<Post*>([&] { return read_Post(r); }); o->rates = r.dict<i64, Rates*>([&] { return r.number<i64>(); }, [&] { return read_Rates(r); }); o->rules = read_Rules(r); }); }
static Effect* read_Effect(Reader& r) { return r.object<Effect>([&](Effect* o) { o->detection_ratio = r.number<double>(); o->help_ratio = r.number<double>(); o->escalation_shift = r.number<double>(); }); }
static LeadPractitionerPolicy* read_LeadPractitionerPolicy(Reader& r) { return r.object<LeadPractitionerPolicy>([&](LeadPractitionerPolicy* o) { o->effect = read_Effect(r); o->approval_hours = r.number<double>(); o->supervision_hours_per_month = r.number<double>(); o->share = r.number<double>(); o->ramp = read_Ramp(r); o->eligible = r.set(); o->medium_from = r.number<double>(); o->high_from = r.number<double>(); }); }
static EarlyHelp* read_EarlyHelp(Reader& r) { return r.object<EarlyHelp>([&](EarlyHelp* o) { o->benefit = r.number<double>(); o->ramp = read_Ramp(r); o->capacity_before = r.number<double>(); o->capacity_after = r.number<double>(); o->step_down_before = r.number<double>(); o->step_down_after = r.number<double>(); o->hold_without_place = r.number<double>(); }); }
static Thresholds* read_Thresholds(Reader& r) { return r.object<Thresholds>([&](Thresholds* o) { o->section_47 = r.number<double>(); o->open_case_shift = r.number<double>(); o->conference = r.number<double>(); o->child_protection = r.number<double>(); o->screening = r.number<double>(); o->in_need = r.number<double>(); o->plan = r.number<double>(); o->care = r.number<double>(); o->close_plan = r.number<double>(); o->end_protection = r.number<double>(); }); }
static ThresholdPolicy* read_ThresholdPolicy(Reader& r) { return r.object<ThresholdPolicy>([&](ThresholdPolicy* o) { o->ramp = read_Ramp(r); o->own = read_Thresholds(r); o->target = read_Thresholds(r); }); }
static Help* read_Help(Reader& r) { return r.object<Help>([&](Help* o) { o->per_protection_visit = r.number<double>(); o->protection_reference_gap = r.number<double>(); o->per_visit = r.number<double>(); o->reference_gap = r.number<double>(); o->half_gap = r.number<double>(); o->half_life = r.number<double>(); }); }
static PlanQuality* read_PlanQuality(Reader& r) { return r.object<PlanQuality>([&](PlanQuality* o) { o->help_gain = r.number<double>(); o->share_before = r.number<double>(); o->ramp = read_Ramp(r); o->share_after = r.number<double>(); o->error_reduction = r.number<double>(); }); }
static Interval* read_Interval(Reader& r) { return r.object<Interval>([&](Interval* o) { o->ramp = read_Ramp(r); o->before = r.number<double>(); o->by_category = r.dict<i64, double>([&] { return r.number<i64>(); }, [&] { return r.number<double>(); }); o->after = r.number<double>(); }); }
static VisitPolicy* read_VisitPolicy(Reader& r) { return r.object<VisitPolicy>([&](VisitPolicy* o) { o->cpp = read_Interval(r); o->looked_after = read_Interval(r); o->disabled = read_Interval(r); o->cin = read_Interval(r); }); }
static ReviewPolicy* read_ReviewPolicy(Reader& r) { return r.object<ReviewPolicy>([&](ReviewPolicy* o) { o->ramp = read_Ramp(r); o->before = std::tuple<i64, i64, i64>{r.number<i64>(), r.number<i64>(), r.number<i64>()}; o->after = std::tuple<i64, i64, i64>{r.number<i64>(), r.number<i64>(), r.number<i64>()}; }); }
static AssessmentPolicy* read_AssessmentPolicy(Reader& r) { return r.object<AssessmentPolicy>([&](AssessmentPolicy* o) { o->ramp = read_Ramp(r); o->before = r.number<double>(); o->after = r.number<double>(); o->checkpoint = (r.number<i64>() ? static_cast<Opt<double>>(r.number<double>()) : static_cast<Opt<double>>(nullptr)); o->window = r.number<double>(); }); }
static FamilyHelp* read_FamilyHelp(Reader& r) { return r.object<FamilyHelp>([&](FamilyHelp* o) { o->merged = r.number<i64>() != 0; o->ramp = read_Ramp(r); }); }
static Demand* read_Demand(Reader& r) { return r.object<Demand>([&](Demand* o) { o->by_source = r.dict<i64, double>([&] { return r.number<i64>(); }, [&] { return r.number<double>(); }); o->overall = r.number<double>(); o->by_need = r.dict<i64, double>([&] { return r.number<i64>(); }, [&] { return r.number<double>(); }); o->ramp = read_Ramp(r); }); }
static Practice* read_Practice(Reader& r) { return r.object<Practice>([&](Practice* o) { o->lead_practitioner = read_LeadPractitionerPolicy(r); o->early_help = read_EarlyHelp(r); o->thresholds = read_ThresholdPolicy(r); o->help = read_Help(r); o->plan_quality = read_PlanQuality(r); o->visits = read_VisitPolicy(r); o->reviews = read_ReviewPolicy(r); o->assessment = read_AssessmentPolicy(r); o->family_help = read_FamilyHelp(r); o->demand = read_Demand(r); }); }
static Calendar* read_Calendar(Reader& r) { return r.object<Calendar>([&](Calendar* o) { o->_after_months = r.dict<std::tuple<i64, i64>, i64>([&] { return std::tuple<i64, i64>{r.number<i64>(), r.number<i64>()}; }, [&] { return r.number<i64>(); }); o->_ordinals = r.plain_list<i64>(); o->_first_ordinal = r.number<i64>(); o->_time_of_day = r.plain_list<i64>(); o->first = r.date(); o->days = r.number<i64>(); }); }
static ChildTables* read_ChildTables(Reader& r) { return r.object<ChildTables>([&](ChildTables* o) { o->eighteen = r.array<double>(); o->need_category = r.plain_list<i64>(); o->leaves = r.array<double>(); o->need = r.array<float>(); o->quarter = r.plain_list<i64>(); }); }
static ReferralTimes* read_ReferralTimes(Reader& r) { return r.object<ReferralTimes>([&](ReferralTimes* o) { o->_extra_luck = Stream{r.number<u64>()}; o->_leaves = r.plain_list<double>(); o->_end = r.number<double>(); o->_need = items(r.array<float>()); o->_edge_list = r.plain_list<double>(); o->_season_list = r.plain_list<double>(); o->_age_days_list = r.plain_list<double>(); o->_known_list = r.plain_list<double>(); o->_help_list = r.plain_list<double>(); o->_birth = r.plain_list<double>(); o->_quarter = r.plain_list<i64>(); o->_age_list = r.plain_list<double>(); o->_mid_list = r.plain_list<double>(); o->_clock_list = r.plain_list<double>(); o->_luck = Stream{r.number<u64>()}; }); }
static Profiles* read_Profiles(Reader& r) { return r.object<Profiles>([&](Profiles* o) { o->abuse = r.plain_list<double>(); o->sources = r.plain_list<double>(); }); }
static KnownChild* read_KnownChild(Reader& r) { return r.object<KnownChild>([&](KnownChild* o) { o->number = r.number<i64>(); o->help = r.number<double>(); o->previous_cpps = r.number<i64>(); o->stage = r.number<i64>(); o->closed_at = r.number<double>(); o->stage_quarters = r.number<double>(); o->open_quarters = r.number<double>(); }); }
static OpenCase* read_OpenCase(Reader& r) { return r.object<OpenCase>([&](OpenCase* o) { o->source = r.number<i64>(); o->referred = r.number<double>(); o->since = r.number<double>(); o->stage = Stage(r.number<i64>()); o->assessed_since = r.number<double>(); o->enquired_since = r.number<double>(); }); }
static Given* read_Given(Reader& r) { return r.object<Given>([&](Given* o) { o->p = read_Parameters(r); o->staffing = read_Staffing(r); o->practice = read_Practice(r); o->calendar = read_Calendar(r); o->tables = read_ChildTables(r); o->referrals = read_ReferralTimes(r); o->profiles = read_Profiles(r); o->arrivals = r.list<std::tuple<double, i64, double, double>>([&] { return std::tuple<double, i64, double, double>{r.number<double>(), r.number<i64>(), r.number<double>(), r.number<double>()}; }); o->known = r.list<KnownChild*>([&] { return read_KnownChild(r); }); o->cases = r.dict<i64, OpenCase*>([&] { return r.number<i64>(); }, [&] { return read_OpenCase(r); }); o->leaving = r.list<std::tuple<double, i64, i64>>([&] { return std::tuple<double, i64, i64>{r.number<double>(), r.number<i64>(), r.number<i64>()}; }); }); }
double normal(double p) {
  [[maybe_unused]] double den{};
  [[maybe_unused]] double num{};
  [[maybe_unused]] double q{};
  [[maybe_unused]] double r{};
  [[maybe_unused]] double x{};
  // statistics:8
  q = (p - 0.5);
  // statistics:9
  if ((math_fabs(q) <= 0.425)) {
  // statistics:10
  r = (0.180625 - (q * q));
  // statistics:12
  num = (((((((((((((((2509.0809287301227 * r) + 33430.57558358813) * r) + 67265.7709270087) * r) + 45921.95393154987) * r) + 13731.69376550946) * r) + 1971.5909503065513) * r) + 133.14166789178438) * r) + 3.3871328727963665) * q);
  // statistics:20
  den = ((((((((((((((5226.495278852854 * r) + 28729.085735721943) * r) + 39307.89580009271) * r) + 21213.794301586597) * r) + 5394.196021424751) * r) + 687.1870074920579) * r) + 42.31333070160091) * r) + 1.0);
  // statistics:28
  x = divide(num, den);
  // statistics:29
  return (0.0 + (x * 1.0));
  }
  // statistics:30
  r = ((q <= 0.0) ? p : (1.0 - p));
  // statistics:31
  r = math_sqrt((-math_log(r)));
  // statistics:32
  if ((r <= 5.0)) {
  // statistics:33
  r = (r - 1.6);
  // statistics:35
  num = ((((((((((((((0.0007745450142783414 * r) + 0.022723844989269184) * r) + 0.2417807251774506) * r) + 1.2704582524523684) * r) + 3.6478483247632045) * r) + 5.769497221460691) * r) + 4.630337846156546) * r) + 1.4234371107496835);
  // statistics:43
  den = ((((((((((((((1.0507500716444169e-09 * r) + 0.0005475938084995345) * r) + 0.015198666563616457) * r) + 0.14810397642748008) * r) + 0.6897673349851) * r) + 1.6763848301838038) * r) + 2.053191626637759) * r) + 1.0);
  } else {
  // statistics:52
  r = (r - 5.0);
  // statistics:54
  num = ((((((((((((((2.0103343992922881e-07 * r) + 2.7115555687434876e-05) * r) + 0.0012426609473880784) * r) + 0.026532189526576124) * r) + 0.29656057182850487) * r) + 1.7848265399172913) * r) + 5.463784911164114) * r) + 6.657904643501103);
  // statistics:62
  den = ((((((((((((((2.0442631033899397e-15 * r) + 1.421511758316446e-07) * r) + 1.8463183175100548e-05) * r) + 0.0007868691311456133) * r) + 0.014875361290850615) * r) + 0.1369298809227358) * r) + 0.599832206555888) * r) + 1.0);
  }
  // statistics:70
  x = divide(num, den);
  // statistics:71
  if ((q < 0.0)) {
  // statistics:72
  x = (-x);
  }
  // statistics:73
  return (0.0 + (x * 1.0));
}

EXPORTED Finished* cinsim_run(const char* block, u64 size, const u64* keys, u64 n_keys, double end, const Math* functions) {
  auto finished = new Finished;
  Arena memory; arena = &memory; math_ = *functions;
  try {
    make_constants();
    Reader r{block, block + size, {}};
    auto env = make<Environment>();
    struct End { Environment* e; ~End() { e->~Environment(); } } closing{env};
    auto outcome = simulation_world_simulate(env, Draws{keys, i64(n_keys)}, &finished->record, read_Given(r), end);
    auto& w = finished->outcome;
    { auto o = outcome; w.number(i64(o->workers->n)); for (auto& x : *o->workers) { { auto o = x; w.number(i64(o->number)); w.number(i64(o->role)); w.number(i64(o->team)); w.number(double(o->fte)); w.number(i64(o->agency)); w.number(i64(o->post)); w.number(double(o->started)); w.number(double(o->left)); w.number(i64(o->newly_qualified)); } } w.number(i64(o->notes->n)); for (auto& x : *o->notes) { w.number(double(std::get<0>(x))); w.number(i64(std::get<1>(x))); w.number(double(std::get<2>(x))); w.number(double(std::get<3>(x))); w.number(double(std::get<4>(x))); w.number(double(std::get<5>(x))); } }
  }
  catch (Failed& f) { finished->failed = f.why; }
  catch (Interrupt&) { finished->failed = "an interruption that no process expected"; }
  catch (std::bad_alloc&) { finished->failed = "out of memory"; }
  catch (std::exception& e) { finished->failed = e.what(); }
  catch (...) { finished->failed = "an error of unknown kind"; }
  finished->memory = memory.chunks.size() * Arena::CHUNK;
  arena = nullptr; constants_ = nullptr;
  return finished;
}
EXPORTED const char* cinsim_failed(Finished* f) { return f->failed.c_str(); }
EXPORTED const char* cinsim_rows(Finished* f, u64* n) { *n = f->record.rows.size(); return f->record.rows.data(); }
EXPORTED const char* cinsim_outcome(Finished* f, u64* n) { *n = f->outcome.bytes.size(); return f->outcome.bytes.data(); }
EXPORTED void cinsim_free(Finished* f) { delete f; }
EXPORTED double cinsim_normal(double u, const Math* functions) { math_ = *functions; return normal(u); }

