/** Discrete Fourier transform of complex points, by definition: O(n²), for series of make-series' size. */
export function transform(
  real: readonly number[],
  imaginary: readonly number[],
  isInverse: boolean,
): { real: number[]; imaginary: number[] } {
  const n = real.length;
  const sign = isInverse ? 1 : -1;
  const scale = isInverse ? 1 / n : 1;
  const outReal: number[] = [];
  const outImaginary: number[] = [];
  for (let k = 0; k < n; k++) {
    let [re, im] = [0, 0];
    for (let j = 0; j < n; j++) {
      const angle = (sign * 2 * Math.PI * ((k * j) % n)) / n;
      const [c, s] = [Math.cos(angle), Math.sin(angle)];
      re += real[j]! * c - (imaginary[j] ?? 0) * s;
      im += real[j]! * s + (imaginary[j] ?? 0) * c;
    }
    outReal.push(re * scale);
    outImaginary.push(im * scale);
  }
  return { real: outReal, imaginary: outImaginary };
}

/** Least squares of a polynomial, by normal equations; coefficients from the highest power down. */
export function fitPolynomial(
  x: readonly number[],
  y: readonly number[],
  degree: number,
): number[] {
  const size = degree + 1;
  const rows = Array.from({ length: size }, (_, i) => [
    ...Array.from({ length: size }, (_, j) => x.reduce((s, v) => s + v ** (i + j), 0)),
    x.reduce((s, v, k) => s + y[k]! * v ** i, 0),
  ]);
  for (let i = 0; i < size; i++) {
    const pivot = rows
      .slice(i)
      .reduce((best, r, k) => (Math.abs(r[i]!) > Math.abs(rows[best]![i]!) ? i + k : best), i);
    [rows[i], rows[pivot]] = [rows[pivot]!, rows[i]!];
    for (let k = 0; k < size; k++) {
      if (k === i || rows[i]![i] === 0) continue;
      const factor = rows[k]![i]! / rows[i]![i]!;
      rows[k] = rows[k]!.map((v, c) => v - factor * rows[i]![c]!);
    }
  }
  return rows.map((r, i) => (r[i] === 0 ? 0 : r[size]! / r[i]!)).reverse();
}
