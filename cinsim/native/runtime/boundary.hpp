// What comes in and what goes out: one block of bytes each way, arrays read where they stand.
#pragma once
#include "simulation.hpp"

struct Reader {
  const char *p, *end; std::vector<void*> objects;
  template <class T> T number() { if (size_t(end - p) < sizeof(T)) throw Failed("the block ends too early"); T x; std::memcpy(&x, p, sizeof(T)); p += sizeof(T); return x; }
  Date date() { i64 y = number<i64>(), m = number<i64>(), d = number<i64>(); return {y, m, d}; }
  IntSet set() { IntSet s; for (i64 n = number<i64>(); n > 0; n--) { i64 x = number<i64>(); if (x >= 0) s.add(x); } return s; }
  template <class T> Array<T> array() { i64 at = number<i64>(), rows = number<i64>(), columns = number<i64>(); return {reinterpret_cast<const T*>(at), rows, columns}; }
  template <class T> List<T>* plain_list() { i64 n = number<i64>(); auto l = make<List<T>>(); l->grow(size_t(n)); if (end - p < n * i64(sizeof(T))) throw Failed("the block ends too early"); if (n) std::memcpy(static_cast<void*>(l->items), p, size_t(n) * sizeof(T)); p += n * sizeof(T); l->n = size_t(n); return l; }
  template <class T, class F> List<T>* list(F one) { i64 n = number<i64>(); auto l = make<List<T>>(); l->grow(size_t(n)); for (i64 i = 0; i < n; i++) l->push(one()); return l; }
  template <class K, class V, class F, class G> Dict<K, V>* dict(F key, G value) { i64 n = number<i64>(); auto d = make<Dict<K, V>>(); for (i64 i = 0; i < n; i++) { K k = key(); V v = value(); d->set(k, v); } return d; }
  template <class T, class F> T* object(F fill) {
    i64 k = number<i64>();
    if (k < i64(objects.size())) return static_cast<T*>(objects[size_t(k)]);
    T* o = make<T>(); objects.push_back(o); fill(o); return o;
  }
};
struct Writer { std::vector<char> bytes; template <class T> void number(T x) { size_t n = bytes.size(); bytes.resize(n + sizeof(T)); std::memcpy(bytes.data() + n, &x, sizeof(T)); } };

#if defined(_WIN32)
#define EXPORTED extern "C" __declspec(dllexport)
#else
#define EXPORTED extern "C" __attribute__((visibility("default")))
#endif
struct Finished { Record record; Writer outcome; std::string failed; u64 memory = 0; };
