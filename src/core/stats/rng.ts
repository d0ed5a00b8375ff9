/**
 * The one source of random numbers: xoshiro128** 1.1 (Blackman and Vigna, "Scrambled linear pseudorandom number
 * generators", 2021), whose state is four 32-bit words, so that it runs on integer operations alone. Its state is
 * filled by SplitMix64 (Steele, Lea and Flood, 2014).
 */

const TWO_32 = 4_294_967_296;
const INVERSE_32 = 1 / TWO_32;

/** The SplitMix64 generator, used to fill states: a function that returns the next 64-bit output. */
export function splitmix64(seed: bigint): () => bigint {
  let state = BigInt.asUintN(64, seed);
  return () => {
    state = BigInt.asUintN(64, state + 0x9e3779b97f4a7c15n);
    let z = state;
    z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
    z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn);
    return z ^ (z >> 31n);
  };
}

/** A generator of uniform 32-bit integers. Not for secrets. */
export class Rng {
  #s0: number;
  #s1: number;
  #s2: number;
  #s3: number;

  /** From a full state: four 32-bit words, not all zero. Most callers want `Rng.stream`. */
  constructor(s0: number, s1: number, s2: number, s3: number) {
    if ((s0 | s1 | s2 | s3) === 0) throw new RangeError('The state of xoshiro128** must not be all zero.');
    this.#s0 = s0 | 0;
    this.#s1 = s1 | 0;
    this.#s2 = s2 | 0;
    this.#s3 = s3 | 0;
  }

  /**
   * The generator of one stream of a seed, both integers. Work that is cut into fixed blocks takes one stream per
   * block: the numbers are then the same whatever the order or the number of threads. The 128-bit state is a hash of
   * both numbers in which no two streams of a seed begin alike; that they ever overlap has a chance below 2^-50 even
   * for a million streams of 2^32 draws.
   */
  static stream(seed: number, stream = 0): Rng {
    const key = splitmix64(BigInt(seed));
    const low = splitmix64(key() ^ BigInt(stream))();
    const high = splitmix64(key() ^ BigInt(stream))();
    const word = (value: bigint) => Number(BigInt.asUintN(32, value));
    return new Rng(word(low), word(low >> 32n), word(high), word(high >> 32n) || 1);
  }

  /** Uniform in [0, 2^32). */
  nextUint32(): number {
    const s1 = this.#s1;
    const five = Math.imul(s1, 5);
    const result = Math.imul((five << 7) | (five >>> 25), 9) >>> 0;
    const s2 = this.#s2 ^ this.#s0;
    const s3 = this.#s3 ^ s1;
    this.#s1 = s1 ^ s2;
    this.#s0 ^= s3;
    this.#s2 = s2 ^ (s1 << 9);
    this.#s3 = (s3 << 11) | (s3 >>> 21);
    return result;
  }

  /**
   * Uniform in [0, bound), without bias: Lemire's multiplication with rejection ("Fast random integer generation in an
   * interval", 2019) up to 2^21, where the product is exact in a double; the remainder with rejection beyond.
   * `bound` is an integer from 1 to 2^32.
   */
  nextInt(bound: number): number {
    if (bound > 2_097_152) {
      const whole = TWO_32 - (TWO_32 % bound);
      let draw = this.nextUint32();
      while (draw >= whole) draw = this.nextUint32();
      return draw % bound;
    }
    let product = this.nextUint32() * bound;
    let high = (product * INVERSE_32) >>> 0;
    if (product - high * TWO_32 < bound) {
      const threshold = TWO_32 % bound;
      while (product - high * TWO_32 < threshold) {
        product = this.nextUint32() * bound;
        high = (product * INVERSE_32) >>> 0;
      }
    }
    return high;
  }
}
