const UNITS: Readonly<Record<string, number>> = {
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** How moments may be written, for messages. */
export const MOMENT_FORMS = '7d, 24h, 30m, 2w, today, 2026-01-31 or 2026-01-31T12:00:00Z';

/**
 * A moment as people write one: so long ago (`7d`), `today`, a day of the local calendar, or ISO
 * 8601; a number is taken as it is. In milliseconds since 1970; `null`: it is none.
 */
export function parseMoment(text: string, now: number): number | null {
  const word = text.trim();
  const [, amount, unit = ''] = /^(\d{1,6})([mhdw])$/i.exec(word) ?? [];
  if (amount !== undefined) return now - Number(amount) * (UNITS[unit.toLowerCase()] ?? 0);
  if (/^\d{11,14}$/.test(word)) return Number(word);
  if (word.toLowerCase() === 'today') return startOfDay(now);
  const isDay = /^\d{4}-\d\d-\d\d$/.test(word);
  if (!isDay && !/^\d{4}-\d\d-\d\dT/.test(word)) return null;
  // Without a time, `Date.parse` takes a day of Greenwich's calendar.
  const moment = Date.parse(isDay ? `${word}T00:00:00` : word);
  return Number.isNaN(moment) ? null : moment;
}

/** Midnight of the local calendar's day, in milliseconds since 1970. */
export function startOfDay(moment: number): number {
  return new Date(moment).setHours(0, 0, 0, 0);
}
