/** The 97.5 % quantile of the standard normal distribution. */
export const Z_975 = 1.959963984540054;

/**
 * The 97.5 % quantile of Student's t with `df` >= 1 degrees of freedom (an integer), to about six digits: Hill,
 * "Algorithm 396: Student's t-quantiles" (1970).
 */
export function t975(df: number): number {
  const p = 0.05;
  if (df === 1) return 1 / Math.tan((p * Math.PI) / 2);
  if (df === 2) return Math.sqrt(2 / (p * (2 - p)) - 2);
  const a = 1 / (df - 0.5);
  const b = 48 / (a * a);
  let c = ((20700 * a) / b - 98) * a * a - 16 * a + 96.36;
  const d = ((94.5 / (b + c) - 3) / b + 1) * Math.sqrt((a * Math.PI) / 2) * df;
  let y = (d * p) ** (2 / df);
  if (y > 0.05 + a) {
    const x = -Z_975;
    y = x * x;
    if (df < 5) c += 0.3 * (df - 4.5) * (x + 0.6);
    c = (((0.05 * d * x - 5) * x - 7) * x - 2) * x + b + c;
    y = (((((0.4 * y + 6.3) * y + 36) * y + 94.5) / c - y - 3) / b + 1) * x;
    y = Math.expm1(a * y * y);
  } else {
    y = ((1 / (((df + 6) / (df * y) - 0.089 * d - 0.822) * (df + 2) * 3) + 0.5 / (df + 4)) * y - 1) * (df + 1);
    y = y / (df + 2) + 1 / (d * p) ** (2 / df);
  }
  return Math.sqrt(df * y);
}

/** The upper tail 1 - Φ(x) of the standard normal for x >= 1.5: Laplace's continued fraction of Mills' ratio. */
export function normalTail(x: number): number {
  let fraction = x;
  for (let k = 120; k >= 1; k--) fraction = x + k / fraction;
  return Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI) / fraction;
}
