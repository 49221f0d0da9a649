// Python's values as the generated code uses them: memory, numbers, containers, callables.
#pragma once
#include <algorithm>
#include <cmath>
#include <coroutine>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <initializer_list>
#include <limits>
#include <new>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>
using i64 = int64_t;
using u64 = uint64_t;
constexpr double inf = std::numeric_limits<double>::infinity(), nan_ = std::numeric_limits<double>::quiet_NaN();

struct Failed { std::string why; explicit Failed(std::string w) : why(std::move(w)) {} };
struct Stopped {};

// ---- memory: everything belongs to the run and goes with it; blocks that are given back are used again, by size
struct Arena {
  static constexpr size_t CHUNK = 1 << 20, CLASSES = 65;
  std::vector<void*> chunks;
  char *at = nullptr, *end = nullptr;
  void* free_[CLASSES] = {};
  ~Arena() { for (void* c : chunks) std::free(c); }
  void* take(size_t n) {
    size_t k = (n + 15) / 16;
    if (k >= CLASSES) { void* big = std::malloc(n + 16); if (!big) throw std::bad_alloc(); chunks.push_back(big); return big; }
    if (void* used = free_[k]) { std::memcpy(&free_[k], used, sizeof(void*)); return used; }
    if (size_t(end - at) < k * 16) { at = static_cast<char*>(std::malloc(CHUNK)); if (!at) throw std::bad_alloc(); chunks.push_back(at); end = at + CHUNK; }
    void* out = at; at += k * 16; return out;
  }
  void give(void* p, size_t n) {
    size_t k = (n + 15) / 16;
    if (k >= CLASSES) return;  // of large blocks there are few; they go with the run
    std::memcpy(p, &free_[k], sizeof(void*)); free_[k] = p;
  }
};
inline thread_local Arena* arena = nullptr;
template <class T, class... A> T* make(A&&... a) { return new (arena->take(sizeof(T))) T(std::forward<A>(a)...); }
template <class T> T* make_cell(T x = T{}) { return new (arena->take(sizeof(T))) T(std::move(x)); }
template <class T> T* copy_of(T* x) { return new (arena->take(sizeof(T))) T(*x); }

// a growing row of items in the run's memory
template <class T> struct Row {
  T* items = nullptr; size_t n = 0, room = 0;
  T* begin() { return items; }
  T* end() { return items + n; }
  void grow(size_t wanted) {
    if (wanted <= room) return;
    size_t more = std::max(wanted, room ? 2 * room : size_t(2));
    T* fresh = static_cast<T*>(arena->take(more * sizeof(T)));
    for (size_t i = 0; i < n; i++) { new (fresh + i) T(std::move(items[i])); items[i].~T(); }
    if (items) arena->give(items, room * sizeof(T));
    items = fresh; room = more;
  }
  void push(T x) { if (n == room) grow(n + 1); new (items + n++) T(std::move(x)); }
  void drop() { if (items) arena->give(items, room * sizeof(T)); items = nullptr; n = room = 0; }
};

// ---- texts are numbers; sets of small numbers are bits
struct Str { i64 id = -1; bool operator==(const Str&) const = default; };
struct IntSet {
  u64 bits[4] = {};
  IntSet() = default;
  IntSet(std::initializer_list<i64> v) { for (i64 x : v) add(x); }
  void add(i64 x) { if (x < 0 || x > 255) throw Failed("a set holds numbers from 0 to 255"); bits[x >> 6] |= u64(1) << (x & 63); }
  bool has(i64 x) const { return x >= 0 && x < 256 && (bits[x >> 6] >> (x & 63) & 1); }
  bool operator==(const IntSet&) const = default;
  bool operator<=(const IntSet& o) const { for (int i = 0; i < 4; i++) if (bits[i] & ~o.bits[i]) return false; return true; }
  IntSet operator|(const IntSet& o) const { IntSet r; for (int i = 0; i < 4; i++) r.bits[i] = bits[i] | o.bits[i]; return r; }
};

// ---- what may be None, and what is one of two things
template <class T> struct Opt {
  T held{}; bool there = false;
  Opt() = default; Opt(std::nullptr_t) {} Opt(T x) : held(std::move(x)), there(true) {}
  const T& value() const { if (!there) throw Failed("None where a value is wanted"); return held; }
  template <class U> static Opt from(const Opt<U>& o) { return o.there ? Opt(T(o.held)) : Opt(); }
  bool operator==(const Opt& o) const { return there == o.there && (!there || held == o.held); }
};
template <class E> struct Either {
  i64 number = 0; bool is_enum = false;
  Either() = default; Either(E e) : number(i64(e)), is_enum(true) {} Either(i64 n) : number(n) {}
  template <class T> T as() const { if (std::is_enum_v<T> != is_enum) throw Failed("the other of two kinds of value"); return T(number); }
  bool operator==(const Either&) const = default;
};
template <class T, class E> bool holds(const Either<E>& e) { return std::is_enum_v<T> == e.is_enum; }
template <class T, class E> bool holds(const Opt<Either<E>>& e) { return e.there && holds<T>(e.held); }
template <class T> bool is_none(const Opt<T>& o) { return !o.there; }
template <class T> bool is_none(T* p) { return p == nullptr; }

// ---- callables: an object and what is done with it
template <class F> struct Fn;
template <class R, class... A> struct Fn<R(A...)> {
  void* object = nullptr; R (*code)(void*, A...) = nullptr;
  Fn() = default; Fn(std::nullptr_t) {}
  static Fn bound(void* o, R (*c)(void*, A...)) { Fn f; f.object = o; f.code = c; return f; }
  R operator()(A... a) const { return code(object, std::forward<A>(a)...); }
};
template <class F> bool is_none(const Fn<F>& f) { return f.code == nullptr; }
template <class F> bool truth(const Fn<F>& f) { return f.code != nullptr; }
template <class R, class... A, class L> Fn<R(A...)> make_fn_(Fn<R(A...)>*, L&& l) {
  using Held = std::decay_t<L>;
  return Fn<R(A...)>::bound(make<Held>(std::forward<L>(l)), [](void* o, A... a) -> R { return (*static_cast<Held*>(o))(std::forward<A>(a)...); });
}
template <class F, class L> Fn<F> make_fn(L&& l) { return make_fn_(static_cast<Fn<F>*>(nullptr), std::forward<L>(l)); }

// ---- lists
template <class T> struct List : Row<T> {
  void append(T x) { this->push(std::move(x)); }
  T pop() { if (!this->n) throw Failed("pop from an empty list"); return std::move(this->items[--this->n]); }
  T pop(i64 i) { T x = std::move(this->items[i]); for (size_t k = i + 1; k < this->n; k++) this->items[k - 1] = std::move(this->items[k]); this->n--; return x; }
  void remove(const T& x) { for (size_t i = 0; i < this->n; i++) if (this->items[i] == x) { pop(i64(i)); return; } throw Failed("remove: not in the list"); }
  void clear() { this->n = 0; }
};
template <class T> List<T>* list_with(std::initializer_list<T> v) { auto l = make<List<T>>(); l->grow(v.size()); for (const T& x : v) l->push(x); return l; }
template <class T, class Tup> List<T>* list_from(const Tup& t) { auto l = make<List<T>>(); std::apply([&](const auto&... x) { (l->push(T(x)), ...); }, t); return l; }
template <class T> List<T>* copy_(List<T>* l) { auto out = make<List<T>>(); out->grow(l->n); for (T& x : *l) out->push(x); return out; }
template <class T> void extend_(List<T>* to, List<T>* from) { for (T& x : *from) to->push(x); }
template <class T> List<T>* joined(List<T>* a, List<T>* b) { auto out = copy_(a); for (T& x : *b) out->push(x); return out; }
template <class T> T& at_(List<T>* l, i64 i) { if (i < 0) i += l->n; if (u64(i) >= l->n) throw Failed("place beyond the end of a list"); return l->items[i]; }
template <class T, class V> void put(List<T>* l, i64 i, V v) { at_(l, i) = v; }
template <class T> List<T>* slice_(List<T>* l, i64 lo, i64 hi) { auto out = make<List<T>>(); i64 n = l->n; if (lo < 0) lo = std::max<i64>(0, lo + n); if (hi < 0) hi += n; for (i64 i = lo; i < std::min(hi, n); i++) out->push(l->items[i]); return out; }
template <class T> void put_slice(List<T>* l, i64 lo, i64 hi, List<T>* v) {
  i64 n = l->n; hi = std::min(hi, n); auto out = make<List<T>>();
  for (i64 i = 0; i < lo; i++) out->push(l->items[i]);
  for (T& x : *v) out->push(x);
  for (i64 i = hi; i < n; i++) out->push(l->items[i]);
  std::swap(l->items, out->items); std::swap(l->n, out->n); std::swap(l->room, out->room); out->drop();
}
template <class T> i64 len_(List<T>* l) { return i64(l->n); }
template <class T> bool truth(List<T>* l) { return l && l->n; }
template <class T, class U> bool contains(List<T>* l, const U& x) { for (T& y : *l) if (y == x) return true; return false; }
template <class T> i64 count_(List<T>* l, const T& x) { i64 c = 0; for (T& y : *l) c += y == x; return c; }
// a loop over a list sees what is added meanwhile, as Python's does
template <class T> struct Each { List<T>* l; struct It { List<T>* l; size_t i; T operator*() const { return l->items[i]; } void operator++() { i++; } bool operator!=(const It&) const { return i < l->n; } }; It begin() const { return {l, 0}; } It end() const { return {l, 0}; } };
template <class T> Each<T> each(List<T>* l) { return {l}; }
struct Range { i64 lo, hi, step; struct It { i64 i, hi, step; i64 operator*() const { return i; } void operator++() { i += step; } bool operator!=(const It&) const { return step > 0 ? i < hi : i > hi; } }; It begin() const { return {lo, hi, step}; } It end() const { return {hi, hi, step}; } };
inline Range range(i64 hi) { return {0, hi, 1}; }
inline Range range(i64 lo, i64 hi, i64 step = 1) { return {lo, hi, step}; }
template <class S> struct Enumerate { S s; struct It { decltype(std::declval<const S&>().begin()) i; i64 n; auto operator*() const { return std::make_tuple(n, *i); } void operator++() { ++i; n++; } bool operator!=(const It& o) const { return i != o.i; } }; It begin() const { return {s.begin(), 0}; } It end() const { return {s.end(), 0}; } };
template <class S> Enumerate<S> enumerate_(S s) { return {s}; }
template <class A, class B> struct Zip { A a; B b; struct It { decltype(std::declval<const A&>().begin()) i; decltype(std::declval<const B&>().begin()) j; auto operator*() const { return std::make_tuple(*i, *j); } void operator++() { ++i; ++j; } bool operator!=(const It& o) const { return i != o.i && j != o.j; } }; It begin() const { return {a.begin(), b.begin()}; } It end() const { return {a.end(), b.end()}; } };
template <class A, class B> Zip<A, B> zip_(A a, B b) { return {a, b}; }
template <class T> struct Bag { Row<T> v; void add(T x) { if (!has(x)) v.push(x); } bool has(const T& x) { for (T& y : v) if (y == x) return true; return false; } };
template <class T> bool contains(Bag<T>* b, const T& x) { return b->has(x); }
inline bool contains(const IntSet& s, i64 x) { return s.has(x); }
inline bool contains(const IntSet& s, Str x) { return s.has(x.id); }

// ---- dicts keep the order in which keys came
template <class K> u64 hash_(const K& k) {
  if constexpr (std::is_same_v<K, Str>) return u64(k.id) * 0x9E3779B97F4A7C15ull;
  else if constexpr (std::is_same_v<K, IntSet>) { u64 h = 0; for (u64 b : k.bits) h = (h ^ b) * 0x9E3779B97F4A7C15ull; return h ^ h >> 32; }
  else if constexpr (requires { std::tuple_size<K>::value; }) { u64 h = 0; std::apply([&](const auto&... x) { ((h = (h ^ hash_(x)) * 0xD1B54A32D192ED03ull), ...); }, k); return h; }
  else if constexpr (std::is_pointer_v<K>) return u64(k) * 0x9E3779B97F4A7C15ull;
  else return u64(i64(k)) * 0x9E3779B97F4A7C15ull;
}
template <class K, class V> struct Dict {
  struct Item { K key; V value; bool there; };
  Row<Item> items; Row<uint32_t> table; size_t n = 0;
  static constexpr uint32_t FREE = 0xFFFFFFFF;
  size_t place(const K& k) { size_t m = table.n - 1, i = (hash_(k) >> 20) & m; while (table.items[i] != FREE && !(items.items[table.items[i]].key == k)) i = (i + 1) & m; return i; }
  V* find(const K& k) { if (!table.n) return nullptr; uint32_t at = table.items[place(k)]; return at != FREE && items.items[at].there ? &items.items[at].value : nullptr; }
  void rebuild() {
    size_t to = 0;
    for (size_t i = 0; i < items.n; i++) if (items.items[i].there) { if (to != i) items.items[to] = std::move(items.items[i]); to++; }
    items.n = to;
    size_t m = 8; while (m < 4 * (to + 1)) m *= 2;
    table.n = 0; table.grow(m); for (size_t i = 0; i < m; i++) table.push(FREE);
    for (size_t i = 0; i < to; i++) table.items[place(items.items[i].key)] = uint32_t(i);
  }
  void set(const K& k, V v) {
    if (V* old = find(k)) { *old = std::move(v); return; }
    if (2 * (items.n + 1) > table.n) rebuild();
    size_t i = place(k);
    if (table.items[i] != FREE) { items.items[table.items[i]].key = k; }  // the key was there once: it comes last again
    uint32_t at = uint32_t(items.n);
    if (table.items[i] != FREE) { table.items[i] = at; } else table.items[i] = at;
    items.push({k, std::move(v), true}); n++;
  }
  template <class R> R wrap(V* v) { return v ? R(*v) : R(nullptr); }
  auto get(const K& k) { if constexpr (requires(V v) { v = nullptr; }) { V* v = find(k); return v ? *v : V(nullptr); } else { V* v = find(k); return v ? Opt<V>(*v) : Opt<V>(); } }
  V get(const K& k, V other) { V* v = find(k); return v ? *v : other; }
  auto pop(const K& k) { auto out = get(k); if (find(k)) erase(k); return out; }
  V setdefault(const K& k, V other) { V* v = find(k); if (v) return *v; set(k, other); return other; }
  void erase(const K& k) { uint32_t at = table.items[place(k)]; items.items[at].there = false; n--; if (items.n > 16 && items.n > 2 * n) rebuild(); }
  void clear() { items.n = 0; table.n = 0; n = 0; }
};
template <class K, class V> Dict<K, V>* dict_with(std::initializer_list<std::pair<K, V>> v) { auto d = make<Dict<K, V>>(); for (const auto& p : v) d->set(p.first, p.second); return d; }
template <class K, class V> V& at_(Dict<K, V>* d, const K& k) { V* v = d->find(k); if (!v) throw Failed("a key that is not in the dict"); return *v; }
template <class K, class V> void put(Dict<K, V>* d, const K& k, V v) { d->set(k, std::move(v)); }
template <class K, class V> void erase_(Dict<K, V>* d, const K& k) { if (!d->find(k)) throw Failed("del: a key that is not in the dict"); d->erase(k); }
template <class T> void erase_(List<T>* l, i64 i) { l->pop(i); }
template <class K, class V> bool contains(Dict<K, V>* d, const K& k) { return d->find(k) != nullptr; }
template <class K, class V> i64 len_(Dict<K, V>* d) { return i64(d->n); }
template <class K, class V> bool truth(Dict<K, V>* d) { return d && d->n; }
template <class K, class V> List<V>* values_(Dict<K, V>* d) { auto l = make<List<V>>(); for (auto& i : d->items) if (i.there) l->push(i.value); return l; }
template <class K, class V> List<K>* list_of_keys(Dict<K, V>* d) { auto l = make<List<K>>(); for (auto& i : d->items) if (i.there) l->push(i.key); return l; }
template <class K, class V> Each<K> keys_(Dict<K, V>* d) { return {list_of_keys(d)}; }
template <class K, class V> Each<std::tuple<K, V>> items_(Dict<K, V>* d) { auto l = make<List<std::tuple<K, V>>>(); for (auto& i : d->items) if (i.there) l->push({i.key, i.value}); return {l}; }
template <class K, class V> Dict<K, V>* dict_of_keys(List<K>* keys, V v) { auto d = make<Dict<K, V>>(); for (K& k : *keys) d->set(k, v); return d; }
template <class K, class V, class W> Dict<K, V>* dict_of_keys(Dict<K, W>* of, V v) { return dict_of_keys<K, V>(list_of_keys(of), v); }

// ---- truth, equality, order
inline bool truth(bool b) { return b; }
inline bool truth(i64 x) { return x != 0; }
inline bool truth(double x) { return x != 0; }
inline bool truth(std::nullptr_t) { return false; }
template <class T> requires std::is_class_v<T> bool truth(T* x) { return x != nullptr; }
template <class T> bool truth(const Opt<T>& o) { return o.there && truth(o.held); }
template <class T> bool equal_(const T& a, const T& b) { return a == b; }
template <class T> bool equal_(List<T>* a, List<T>* b) { if (a->n != b->n) return false; for (size_t i = 0; i < a->n; i++) if (!equal_(a->items[i], b->items[i])) return false; return true; }
// tuples are ordered by all but an object at the end, which never has to be compared
template <class Tup, size_t... I> auto ordered(const Tup& t, std::index_sequence<I...>) { return std::tie(std::get<I>(t)...); }
template <class... A> bool before(const std::tuple<A...>& a, const std::tuple<A...>& b) {
  constexpr size_t N = sizeof...(A); using S = std::make_index_sequence<N - std::is_pointer_v<std::tuple_element_t<N - 1, std::tuple<A...>>>>;
  return ordered(a, S{}) < ordered(b, S{});
}
template <class T> requires(!requires { std::tuple_size<T>::value; }) bool before(const T& a, const T& b) { return a < b; }
template <class T> void heappush(List<T>* h, T v) { h->push(std::move(v)); std::push_heap(h->begin(), h->end(), [](const T& a, const T& b) { return before(b, a); }); }
template <class T> T heappop(List<T>* h) { if (!h->n) throw Failed("heappop from an empty heap"); std::pop_heap(h->begin(), h->end(), [](const T& a, const T& b) { return before(b, a); }); return h->pop(); }
template <class T> void heapify(List<T>* h) { std::make_heap(h->begin(), h->end(), [](const T& a, const T& b) { return before(b, a); }); }
template <class T, class K> T min_by(List<T>* l, K key) { if (!l->n) throw Failed("min of nothing"); T best = l->items[0]; auto k = key(best); for (size_t i = 1; i < l->n; i++) { auto o = key(l->items[i]); if (o < k) { best = l->items[i]; k = o; } } return best; }
template <class T, class K> T max_by(List<T>* l, K key) { if (!l->n) throw Failed("max of nothing"); T best = l->items[0]; auto k = key(best); for (size_t i = 1; i < l->n; i++) { auto o = key(l->items[i]); if (o > k) { best = l->items[i]; k = o; } } return best; }
template <class T> T min_of(List<T>* l) { if (!l->n) throw Failed("min of nothing"); T m = l->items[0]; for (T& x : *l) if (x < m) m = x; return m; }
template <class T> T max_of(List<T>* l) { if (!l->n) throw Failed("max of nothing"); T m = l->items[0]; for (T& x : *l) if (x > m) m = x; return m; }
template <class T> T min_of(List<T>* l, T other) { return l->n ? min_of(l) : other; }
template <class T> T max_of(List<T>* l, T other) { return l->n ? max_of(l) : other; }
template <class T, class K> List<T>* sorted_by(List<T>* l, K key) { auto o = copy_(l); std::stable_sort(o->begin(), o->end(), [&](const T& a, const T& b) { return key(a) < key(b); }); return o; }
template <class T> List<T>* sorted_(List<T>* l) { auto o = copy_(l); std::stable_sort(o->begin(), o->end(), [](const T& a, const T& b) { return before(a, b); }); return o; }
template <class T> i64 sum_(List<T>* l) { i64 s = 0; for (T& x : *l) s += i64(x); return s; }
template <class T> bool any_(List<T>* l) { for (T& x : *l) if (truth(x)) return true; return false; }
template <class T> bool all_(List<T>* l) { for (T& x : *l) if (!truth(x)) return false; return true; }
template <class T> i64 bisect_right(List<T>* l, double x) { return std::upper_bound(l->begin(), l->end(), x, [](double a, const T& b) { return a < double(b); }) - l->begin(); }
template <class Tup, class I> auto pick(const Tup& t, I i) { auto l = std::get<0>(t); size_t k = 0; std::apply([&](const auto&... x) { ((k++ == size_t(i) ? void(l = x) : void()), ...); }, t); return l; }

// ---- numbers with Python's meaning; mathematical functions are those that Python uses
struct Math { double (*exp)(double); double (*log)(double); double (*log1p)(double); double (*expm1)(double); double (*pow)(double, double); };
inline thread_local Math math_{};
inline double math_exp(double x) { return math_.exp(x); }
inline double math_log(double x) { return math_.log(x); }
inline double math_log1p(double x) { return math_.log1p(x); }
inline double math_expm1(double x) { return math_.expm1(x); }
inline double math_sqrt(double x) { return std::sqrt(x); }
inline double math_fabs(double x) { return std::fabs(x); }
inline bool math_isinf(double x) { return std::isinf(x); }
inline bool math_isnan(double x) { return std::isnan(x); }
inline bool math_isfinite(double x) { return std::isfinite(x); }
inline i64 whole(double x) { if (!(std::fabs(x) < 9.2e18)) throw Failed("a number that is not finite, or too large, as a whole number"); return i64(x); }
inline i64 math_floor(double x) { return whole(std::floor(x)); }
inline i64 math_ceil(double x) { return whole(std::ceil(x)); }
inline i64 to_int(double x) { return whole(x); }
inline i64 round_(double x) { return whole(std::nearbyint(x)); }
template <class T> T absolute(T x) { return x < 0 ? -x : x; }
inline double divide(double a, double b) { if (b == 0) throw Failed("division by zero"); return a / b; }
inline double modulo(double a, double b) { if (b == 0) throw Failed("modulo by zero"); double m = std::fmod(a, b); if (m != 0) { if ((b < 0) != (m < 0)) m += b; } else m = std::copysign(0.0, b); return m; }
inline i64 modulo(i64 a, i64 b) { if (b == 0) throw Failed("modulo by zero"); i64 m = a % b; return m && (m < 0) != (b < 0) ? m + b : m; }
inline i64 floor_divide(i64 a, i64 b) { if (b == 0) throw Failed("division by zero"); i64 q = a / b; return (a % b && (a < 0) != (b < 0)) ? q - 1 : q; }
inline double floor_divide(double a, double b) {
  if (b == 0) throw Failed("division by zero");
  double m = std::fmod(a, b), d = (a - m) / b;
  if (m != 0) { if ((b < 0) != (m < 0)) d -= 1.0; }
  if (d != 0) { double f = std::floor(d); return d - f > 0.5 ? f + 1.0 : f; }
  return std::copysign(0.0, a / b);
}
inline double power(double a, double b) { return math_.pow(a, b); }
inline double min_(double a, double b) { return b < a ? b : a; }
inline double max_(double a, double b) { return b > a ? b : a; }
inline i64 min_(i64 a, i64 b) { return b < a ? b : a; }
inline i64 max_(i64 a, i64 b) { return b > a ? b : a; }
inline std::tuple<i64, i64> divmod_(i64 a, i64 b) { return {floor_divide(a, b), modulo(a, b)}; }
double normal(double u);

// ---- dates, as proleptic Gregorian days
struct Days { i64 n; };
struct Date {
  i64 year = 1, month = 1, day = 1;
  Date() = default;
  Date(i64 y, i64 m, i64 d) : year(y), month(m), day(d) { if (m < 1 || m > 12 || d < 1 || d > 31) throw Failed("there is no such date"); }
  i64 toordinal() const { i64 y = year - (month <= 2), e = floor_divide(y, i64(400)), o = y - e * 400, m = (month + 9) % 12; return e * 146097 + o * 365 + o / 4 - o / 100 + (153 * m + 2) / 5 + day - 1 - 305; }
  static Date fromordinal(i64 n) { i64 z = n + 305, e = floor_divide(z, i64(146097)), d = z - e * 146097, o = (d - d / 1460 + d / 36524 - d / 146096) / 365, y = o + e * 400, q = d - (365 * o + o / 4 - o / 100), p = (5 * q + 2) / 153, m = p < 10 ? p + 3 : p - 9; return {y + (m <= 2), m, q - (153 * p + 2) / 5 + 1}; }
  Date operator+(Days d) const { return fromordinal(toordinal() + d.n); }
  Date operator-(Days d) const { return fromordinal(toordinal() - d.n); }
  bool operator==(const Date&) const = default;
};

// ---- arrays of the Python process, read where they stand
template <class T> struct Array { const T* p = nullptr; i64 rows = 0, columns = 0; double operator[](i64 i) const { if (u64(i) >= u64(rows)) throw Failed("place beyond the end of an array"); return double(p[i]); } };
template <class T> struct Items { Array<T> a; double operator()(i64 i) const { return a[i]; } double operator()(i64 i, i64 j) const { if (u64(i) >= u64(a.rows) || u64(j) >= u64(a.columns)) throw Failed("place beyond the end of an array"); return double(a.p[i * a.columns + j]); } };
template <class T> Items<T> items(Array<T> a) { return {a}; }
