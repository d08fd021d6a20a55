import { EFFORTS, type Effort, type EffortMap } from './spec.ts';

/**
 * A vendor's effort levels, weakest first, for Anthropic's five: each gets the nearest of the same
 * name not above it, else the weakest.
 */
export function nearestEfforts(...levels: readonly [string, ...string[]]): EffortMap {
  const nearest = (wanted: Effort): string =>
    EFFORTS.slice(0, EFFORTS.indexOf(wanted) + 1).findLast((name) => levels.includes(name)) ??
    levels[0];
  return {
    low: nearest('low'),
    medium: nearest('medium'),
    high: nearest('high'),
    xhigh: nearest('xhigh'),
    max: nearest('max'),
  };
}
