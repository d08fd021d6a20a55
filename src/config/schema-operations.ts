import { z } from 'zod';
import { LOG_FORMATS, LOG_LEVELS } from '../lib/log-level.ts';
import { DEFAULTS } from './defaults.ts';

/** What is kept of the calls. */
export const usage = z
  .strictObject({
    retentionDays: z
      .int()
      .min(1)
      .max(3650)
      .meta({
        description: 'Days for which the tokens and the cost of each call are kept.',
        default: DEFAULTS.usage.retentionDays,
        examples: [DEFAULTS.usage.retentionDays],
      })
      .optional(),
  })
  .meta({ description: 'What is written down of each call; never what was said in it.' });

const dollars = (description: string) =>
  z
    .number()
    .positive({ error: 'must be more than 0; leave it out for no limit' })
    .meta({ description, examples: [10] });

/** How much may be spent. */
export const budget = z
  .strictObject({
    dailyUsd: dollars(
      'USD that all calls of a day (local time) may cost; then calls are refused, but for models without a price. Absent: no limit.',
    ).optional(),
    sessionUsd: dollars(
      'USD that the calls of one Claude Code session may cost, within 30 days. Absent: no limit.',
    ).optional(),
    warnAt: z
      .number()
      .gt(0)
      .max(1)
      .meta({
        description: 'The part of a budget behind which each answer and the log carry a warning.',
        default: DEFAULTS.budget.warnAt,
        examples: [DEFAULTS.budget.warnAt],
      })
      .optional(),
  })
  .meta({
    description:
      'Limits on what is spent, by the prices of the routes. They are looked at before a call: the one that crosses a limit is answered.',
  });

/** The gateway's log. */
export const log = z
  .strictObject({
    level: z
      .enum(LOG_LEVELS)
      .meta({
        description: 'How much is logged. CC_ROUTE_LOG_LEVEL overrides it.',
        default: DEFAULTS.log.level,
        examples: ['warn'],
      })
      .optional(),
    format: z
      .enum(LOG_FORMATS)
      .meta({
        description:
          'Lines for people, or one JSON object a line for machines. CC_ROUTE_LOG_FORMAT overrides it.',
        default: DEFAULTS.log.format,
        examples: ['json'],
      })
      .optional(),
    bodies: z
      .boolean()
      .meta({
        description:
          'Keep what recent requests said in memory, for /v1/admin/requests/{id}?body=true; it never goes into the log.',
        default: DEFAULTS.log.bodies,
        examples: [true],
      })
      .optional(),
  })
  .meta({ description: 'How the gateway logs: a line for each call, and what happens besides.' });
