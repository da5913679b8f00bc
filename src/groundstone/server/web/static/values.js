// How values of fields are written for people.

const number = new Intl.NumberFormat(undefined, { maximumFractionDigits: 2, useGrouping: false });

// A value with its unit as text; null when there is none.
export function shown(value, spec = {}) {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return value.map((item) => shown(item, spec)).join(", ") || null;
  const text = typeof value === "number" ? number.format(value) : String(value);
  return spec.unit ? `${text} ${spec.unit}` : text;
}

// A long list cut short: "A, B, C and 4 more".
export function few(values, count = 3) {
  const rest = values.length - count;
  return rest > 0 ? `${values.slice(0, count).join(", ")} and ${rest} more` : values.join(", ");
}
