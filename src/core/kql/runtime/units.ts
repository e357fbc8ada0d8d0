/** Units of measure by UnitsNet's names: how many of the family's base unit one of them is. */
const FACTORS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  angle: { Degree: Math.PI / 180, Radian: 1, Gradian: Math.PI / 200, Arcminute: Math.PI / 10_800, Arcsecond: Math.PI / 648_000, Revolution: 2 * Math.PI, Tilt: Number.NaN, Centiradian: 1e-2, Deciradian: 1e-1, Milliradian: 1e-3, Microradian: 1e-6, Nanoradian: 1e-9, Millidegree: Math.PI / 180_000, Microdegree: Math.PI / 180e6, Nanodegree: Math.PI / 180e9, NatoMil: Math.PI / 3200 },
  energy: { Joule: 1, Kilojoule: 1e3, Megajoule: 1e6, Gigajoule: 1e9, Terajoule: 1e12, Millijoule: 1e-3, Calorie: 4.184, Kilocalorie: 4184, Megacalorie: 4.184e6, WattHour: 3600, KilowattHour: 3.6e6, MegawattHour: 3.6e9, GigawattHour: 3.6e12, WattDay: 86_400, KilowattDay: 8.64e7, BritishThermalUnit: 1055.05585262, KilobritishThermalUnit: 1.05505585262e6, MegabritishThermalUnit: 1.05505585262e9, ElectronVolt: 1.602176565e-19, KiloelectronVolt: 1.602176565e-16, MegaelectronVolt: 1.602176565e-13, FootPound: 1.355817948, Erg: 1e-7, ThermUs: 1.054804e8, ThermImperial: 1.05505585257348e8, ThermEc: 1.05505585262e8, HorsepowerHour: 2.6845195377e6 },
  force: { Newton: 1, Kilonewton: 1e3, Meganewton: 1e6, Millinewton: 1e-3, Micronewton: 1e-6, Decanewton: 10, Dyn: 1e-5, KilogramForce: 9.80665, KiloPond: 9.80665, TonneForce: 9806.65, PoundForce: 4.4482216152605, KilopoundForce: 4448.2216152605, OunceForce: 0.2780138509537812, Poundal: 0.138254954376, ShortTonForce: 8896.443230521 },
  length: { Meter: 1, Kilometer: 1e3, Hectometer: 100, Decameter: 10, Decimeter: 0.1, Centimeter: 0.01, Millimeter: 1e-3, Micrometer: 1e-6, Nanometer: 1e-9, Inch: 0.0254, Foot: 0.3048, Yard: 0.9144, Mile: 1609.344, NauticalMile: 1852, Angstrom: 1e-10, AstronomicalUnit: 1.4959787070e11, LightYear: 9.46073047258e15, Parsec: 3.08567758128e16, Fathom: 1.8288, Chain: 20.1168, Hand: 0.1016, Microinch: 2.54e-8, Mil: 2.54e-5, Shackle: 27.432 },
  mass: { Gram: 1e-3, Kilogram: 1, Milligram: 1e-6, Microgram: 1e-9, Nanogram: 1e-12, Centigram: 1e-5, Decigram: 1e-4, Decagram: 0.01, Hectogram: 0.1, Kilotonne: 1e6, Tonne: 1e3, Megatonne: 1e9, Pound: 0.45359237, Ounce: 0.028349523125, Stone: 6.35029318, ShortTon: 907.18474, LongTon: 1016.0469088, Grain: 6.479891e-5, Slug: 14.593903, EarthMass: 5.9722e24, SolarMass: 1.98947e30 },
  speed: { MeterPerSecond: 1, KilometerPerHour: 1 / 3.6, MilePerHour: 0.44704, Knot: 0.514444, FootPerSecond: 0.3048, KilometerPerSecond: 1e3, MeterPerMinute: 1 / 60, MeterPerHour: 1 / 3600, KilometerPerMinute: 1000 / 60, CentimeterPerSecond: 0.01, MillimeterPerSecond: 1e-3, InchPerSecond: 0.0254, FootPerMinute: 0.00508, FootPerHour: 0.3048 / 3600, YardPerSecond: 0.9144, Mach: 340.29 },
  volume: { CubicMeter: 1, Liter: 1e-3, Milliliter: 1e-6, Centiliter: 1e-5, Deciliter: 1e-4, Microliter: 1e-9, Hectoliter: 0.1, Kiloliter: 1, Megaliter: 1e3, CubicCentimeter: 1e-6, CubicDecimeter: 1e-3, CubicMillimeter: 1e-9, CubicKilometer: 1e9, CubicInch: 1.6387064e-5, CubicFoot: 0.028316846592, CubicYard: 0.764554857984, CubicMile: 4.16818182544058e9, UsGallon: 0.003785411784, ImperialGallon: 0.00454609, UsOunce: 2.95735295625e-5, ImperialOunce: 2.84130625e-5, UsPint: 4.73176473e-4, UsQuart: 9.46352946e-4, OilBarrel: 0.158987294928, UsTablespoon: 1.478676478125e-5, UsTeaspoon: 4.92892159375e-6, UsLegalCup: 2.4e-4, UsCustomaryCup: 2.365882365e-4 },
};

const TO_KELVIN: Readonly<Record<string, readonly [factor: number, offset: number]>> = {
  Kelvin: [1, 0],
  DegreeCelsius: [1, 273.15],
  DegreeFahrenheit: [5 / 9, 459.67 * (5 / 9)],
  DegreeRankine: [5 / 9, 0],
  DegreeReaumur: [1.25, 273.15],
  DegreeDelisle: [-2 / 3, 373.15],
  DegreeNewton: [100 / 33, 273.15],
  DegreeRoemer: [40 / 21, 273.15 - 7.5 * (40 / 21)],
  MillidegreeCelsius: [1e-3, 273.15],
};

/** Another unit's count of the same quantity; null for units the family does not have. */
export function convertUnit(family: string, value: number, from: string, to: string): number | null {
  if (family === 'temperature') {
    const [a, b] = [TO_KELVIN[from], TO_KELVIN[to]];
    return a && b ? (value * a[0] + a[1] - b[1]) / b[0] : null;
  }
  const units = FACTORS[family];
  const [a, b] = [units?.[from], units?.[to]];
  return a !== undefined && b !== undefined ? (value * a) / b : null;
}
