// SimPy's order of events (time, priority, order of scheduling), processes as coroutines, keyed draws and the event record.
#pragma once
#include "values.hpp"

struct SimEvent; struct Process; struct Environment;
struct Interrupt { i64 cause = 0; };
struct Interrupted { i64 cause = 0; };
using Callback = Fn<void(SimEvent*)>;

struct SimEvent {
  Environment* env; Process* waiter = nullptr; List<Callback>* more = nullptr; i64 value = 0;
  bool triggered = false, processed = false;
  enum Kind : unsigned char { PLAIN, TIMEOUT, RECURRING, START, INTERRUPTION } kind = PLAIN;
  struct Callbacks { SimEvent* e; void append(Callback c) const; Callbacks* operator->() { return this; } } callbacks{this};
  explicit SimEvent(Environment* e) : env(e) {}
  void succeed(i64 v);
};
inline void SimEvent::Callbacks::append(Callback c) const { if (!e->more) e->more = make<List<Callback>>(); e->more->append(c); }
template <class T> i64 sent(T x) { if constexpr (std::is_same_v<T, bool> || std::is_arithmetic_v<T> || std::is_enum_v<T>) return i64(x); else return x.number; }

// ---- generators: `yield` hands an event to the process, `yield from` goes into another generator
struct Root { SimEvent* yielded = nullptr; std::coroutine_handle<> leaf; i64 sent = 0, cause = 0; bool thrown = false, done = false; };
struct PromiseBase {
  std::coroutine_handle<> parent; Root* root = nullptr; std::exception_ptr error;
  static void* operator new(size_t n) { return arena->take(n); }
  static void operator delete(void* p, size_t n) { arena->give(p, n); }
};
struct Sent { i64 v; template <class T> T as() const { return T(v); } };
template <class P> struct Yielding {
  SimEvent* event; Root* root = nullptr;
  bool await_ready() { return false; }
  void await_suspend(std::coroutine_handle<P> h) { root = h.promise().root; root->yielded = event; root->leaf = h; }
  Sent await_resume() { if (root->thrown) { root->thrown = false; throw Interrupt{root->cause}; } return {root->sent}; }
};
struct Ending {
  bool await_ready() noexcept { return false; }
  template <class P> std::coroutine_handle<> await_suspend(std::coroutine_handle<P> h) noexcept { auto& p = h.promise(); if (p.parent) return p.parent; p.root->done = true; return std::noop_coroutine(); }
  void await_resume() noexcept {}
};
template <class R> struct Result { R value{}; void return_value(R v) { value = std::move(v); } R take() { return std::move(value); } };
template <> struct Result<void> { void return_void() {} void take() {} };
template <class R> struct Gen {
  struct promise_type : PromiseBase, Result<R> {
    Gen get_return_object() { return Gen{std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_always initial_suspend() { return {}; }
    Ending final_suspend() noexcept { return {}; }
    void unhandled_exception() { this->error = std::current_exception(); }
    Yielding<promise_type> yield_value(SimEvent* e) { return {e}; }
  };
  std::coroutine_handle<promise_type> h;
  bool await_ready() { return false; }
  template <class P> std::coroutine_handle<> await_suspend(std::coroutine_handle<P> p) { h.promise().parent = p; h.promise().root = p.promise().root; return h; }
  R await_resume() { struct End { std::coroutine_handle<promise_type> h; ~End() { h.destroy(); } } end{h}; if (h.promise().error) std::rethrow_exception(h.promise().error); return h.promise().take(); }
};
template <class T, class R> Gen<T> forward_generator(Gen<R> g) { auto r = co_await g; if constexpr (std::is_same_v<T, R>) co_return r; else co_return T(r); }

// ---- the environment: a page for each day to come, a heap for today
struct Entry { double time; i64 priority; double order; SimEvent* event; };
inline bool comes_later(const Entry& a, const Entry& b) { return a.time != b.time ? a.time > b.time : a.priority != b.priority ? a.priority > b.priority : a.order > b.order; }
constexpr i64 URGENT = 0, NORMAL = 1;
struct Environment {
  double now = 0, tomorrow = 1; i64 scheduled = 0; size_t ahead = 0;
  std::vector<Entry> queue; std::vector<std::vector<Entry>> pages;
  Process* active_process = nullptr;
  void schedule(SimEvent* e, i64 priority, double delay) {
    Entry n{now + delay, priority, double(scheduled++), e};
    if (n.time < tomorrow) { queue.push_back(n); std::push_heap(queue.begin(), queue.end(), comes_later); return; }
    if (!(n.time < 1e7)) return;  // beyond any run
    size_t day = size_t(n.time);
    if (pages.size() <= day) pages.resize(day + 256);
    pages[day].push_back(n); ahead++;
  }
  bool turn_page() {
    if (!ahead) return false;
    size_t day = size_t(tomorrow);
    while (pages[day].empty()) day++;
    tomorrow = double(day) + 1.0;
    queue.swap(pages[day]); std::vector<Entry>().swap(pages[day]);
    ahead -= queue.size();
    std::make_heap(queue.begin(), queue.end(), comes_later);
    return true;
  }
  SimEvent* timeout(double delay) { if (delay < 0) throw Failed("a wait of less than no time"); auto e = make<SimEvent>(this); e->triggered = true; e->kind = SimEvent::TIMEOUT; schedule(e, NORMAL, delay); return e; }
  SimEvent* event() { return make<SimEvent>(this); }
  Process* process(Gen<void> g);
  void run(double until);
};
inline void SimEvent::succeed(i64 v) { if (triggered) throw Failed("an event happened twice"); triggered = true; value = v; env->schedule(this, NORMAL, 0.0); }

struct Process {
  Environment* env; Gen<void> generator; Root root; SimEvent* target = nullptr; bool is_alive = true;
  Process(Environment* e, Gen<void> g) : env(e), generator(g) { g.h.promise().root = &root; root.leaf = g.h; }
  void resume(i64 value, bool thrown, i64 cause) {
    Process* outer = env->active_process;
    env->active_process = this;
    root.sent = value; root.thrown = thrown; root.cause = cause;
    while (true) {
      root.yielded = nullptr;
      root.leaf.resume();
      if (root.done) {
        is_alive = false; target = nullptr;
        std::exception_ptr error = generator.h.promise().error;
        generator.h.destroy();
        env->active_process = outer;
        if (error) std::rethrow_exception(error);
        return;
      }
      target = root.yielded;
      if (!target) throw Failed("a process yielded no event");
      if (!target->processed) { if (target->waiter) throw Failed("two processes wait for one event"); target->waiter = this; break; }
      root.sent = target->value; root.thrown = false;
    }
    env->active_process = outer;
  }
  void interrupt(i64 cause);
};
struct Starting : SimEvent { Process* process; Starting(Environment* e, Process* p) : SimEvent(e), process(p) { kind = START; triggered = true; } };
struct Interruption : SimEvent { Process* process; i64 cause; Interruption(Environment* e, Process* p, i64 c) : SimEvent(e), process(p), cause(c) { kind = INTERRUPTION; triggered = true; } };
inline Process* Environment::process(Gen<void> g) { auto p = make<Process>(this, g); schedule(make<Starting>(this, p), URGENT, 0.0); return p; }
inline void Process::interrupt(i64 cause) { if (!is_alive || env->active_process == this) throw Failed("a process that cannot be interrupted"); env->schedule(make<Interruption>(env, this, cause), URGENT, 0.0); }

// something that happens again and again: one event for all its times
struct Recurring : SimEvent {
  Callback action;
  Recurring(Environment* e, Callback a) : SimEvent(e), action(a) { kind = RECURRING; triggered = true; }
  void after(double delay) { processed = false; env->schedule(this, NORMAL, delay); }
};
inline void Environment::run(double until) {
  while (true) {
    while (queue.empty()) if (!turn_page()) { now = until; return; }
    if (!(queue.front().time < until)) { now = until; return; }
    std::pop_heap(queue.begin(), queue.end(), comes_later);
    now = queue.back().time; SimEvent* e = queue.back().event; queue.pop_back();
    e->processed = true;
    switch (e->kind) {
      case SimEvent::RECURRING: static_cast<Recurring*>(e)->action(e); break;
      case SimEvent::START: { Process* p = static_cast<Starting*>(e)->process; arena->give(e, sizeof(Starting)); p->resume(0, false, 0); break; }
      case SimEvent::INTERRUPTION: {
        auto i = static_cast<Interruption*>(e); Process* p = i->process; i64 cause = i->cause; arena->give(e, sizeof(Interruption));
        if (p->is_alive) { if (p->target) p->target->waiter = nullptr; p->resume(0, true, cause); }
        break;
      }
      default: {
        Process* w = e->waiter; List<Callback>* more = e->more; i64 value = e->value;
        bool once = e->kind == SimEvent::TIMEOUT && !more;
        e->waiter = nullptr;
        if (w) { w->target = nullptr; w->resume(value, false, 0); }
        if (more) for (auto c : each(more)) c(e);
        if (once && w) arena->give(e, sizeof(SimEvent));  // nothing but the process that waited knows a timeout
      }
    }
  }
}

// ---- keyed draws: SplitMix64's finaliser over a weighted sum of the key's parts
struct Stream { u64 key = 0;
  double operator()(i64 entity, i64 occurrence) const {
    u64 z = key + u64(entity) * 0x9E3779B97F4A7C15ull + u64(occurrence) * 0xD1B54A32D192ED03ull;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull; z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return double((z ^ (z >> 31)) >> 12) * 0x1p-52 + 0x1p-53;
  }
};
struct Draws { const u64* keys = nullptr; i64 n = 0; Stream stream(Str name) const { if (name.id < 0 || name.id >= n) throw Failed("a decision without a key"); return {keys[name.id]}; } };

// ---- the record: one packed row an event, as engine/record.py packs it
struct Record {
  std::vector<char> rows;
  void write(double time, i64 entity, i64 event, i64 episode, i64 resource, i64 detail, double hours, double due, double value) {
    if (entity != int32_t(entity) || event != uint8_t(event) || episode != int16_t(episode) || resource != int32_t(resource) || detail != int16_t(detail)) throw Failed("a number that a row of the record cannot hold");
    size_t n = rows.size(); rows.resize(n + 33); char* p = rows.data() + n;
    int32_t a = int32_t(entity), d = int32_t(resource); uint8_t b = uint8_t(event); int16_t c = int16_t(episode), e = int16_t(detail);
    float f = float(hours), g = float(due), h = float(value);
    std::memcpy(p, &time, 8); std::memcpy(p + 8, &a, 4); std::memcpy(p + 12, &b, 1); std::memcpy(p + 13, &c, 2); std::memcpy(p + 15, &d, 4);
    std::memcpy(p + 19, &e, 2); std::memcpy(p + 21, &f, 4); std::memcpy(p + 25, &g, 4); std::memcpy(p + 29, &h, 4);
  }
};
