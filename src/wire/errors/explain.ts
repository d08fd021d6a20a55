import { type ErrorKind, type UpstreamProblem } from '../../core/errors.ts';
import type { Target } from '../../providers/target.ts';
import { quote } from './body.ts';
import type { ErrorContext } from './context.ts';
import { readOutputLimit } from './output-limit.ts';

/** Who answered, for the start of a message. */
export function upstreamName(target: Target): string {
  return `${target.provider.label} (route ${target.route})`;
}

interface Story {
  readonly label: string;
  readonly route: string;
  /** The route's key in the configuration. */
  readonly setting: string;
  readonly status: number;
  readonly model: string;
  readonly target: Target;
  /** What the upstream said, after a colon, or a full stop. */
  readonly because: string;
  readonly text: string;
}

/** What happened and what to do next, for the person at the terminal. */
const STORIES: Partial<Record<ErrorKind, (story: Story) => string>> = {
  upstream_unauthorized: ({ label, route, because, setting, target }) => {
    const { keyVariable, keyURL } = target.provider;
    const variable = keyVariable === undefined ? '' : ` or ${keyVariable}`;
    const place = keyURL === undefined ? '' : ` Keys: ${keyURL}`;
    return `${label} rejected the API key of route ${route}${because} Check ${setting}.authToken${variable}.${place}`;
  },
  upstream_billing: ({ label, route, because }) =>
    `${label} has no quota or credit left for route ${route}${because} Top up the account, or choose another model.`,
  upstream_forbidden: ({ label, route, because, setting }) =>
    `${label} refused the request of route ${route}${because} The key (${setting}.authToken) may not be allowed to use this model.`,
  upstream_unknown_model: ({ label, route, because, setting, model }) =>
    `${label} has no model "${model}" for route ${route}${because} Set ${setting}.model to one that it has.`,
  upstream_not_found: ({ label, route, because, setting, model, target }) =>
    `${label} found nothing at ${target.baseURL} for route ${route}${because} Check ${setting}.baseURL and ${setting}.model ("${model}").`,
  rate_limited: ({ label, route, because }) =>
    `${label} limits the rate of route ${route}${because} Wait, or choose another model.`,
  overloaded: ({ label, route, because }) =>
    `${label} is overloaded (route ${route})${because} Try again later, or choose another model.`,
  upstream_timeout: ({ label, route, because, status }) =>
    `${label} took too long (route ${route}, status ${status})${because} Try again.`,
  upstream_too_large: ({ label, route, because }) =>
    `${label} found the request of route ${route} too large${because} Shorten the conversation with /compact.`,
  upstream_redirect: ({ label, route, setting, status }) =>
    `${label} answered ${status}, a redirect, which is not followed (route ${route}). Correct ${setting}.baseURL.`,
  upstream_bad_request: ({ label, route, because, setting, status, text }) =>
    `${label} rejected the request of route ${route} with status ${status}${because}${outputAdvice(text, setting)}`,
};

/** The message for a failure that an upstream reported: who, what, why, and what to do next. */
export function explain(
  kind: ErrorKind,
  { text }: UpstreamProblem,
  status: number,
  { call, target }: ErrorContext,
): string {
  const { label } = target.provider;
  const { route } = target;
  const said = quote(text);
  const because = said === '' ? '.' : `: ${said}`;
  const story: Story = {
    label,
    route,
    setting: `modelRoutes.${route}`,
    status,
    model: target.model ?? call.model,
    target,
    because,
    text,
  };
  return (
    STORIES[kind]?.(story) ??
    `${label} failed with status ${status} (route ${route})${because} Try again.`
  );
}

function outputAdvice(text: string, setting: string): string {
  const limit = readOutputLimit(text);
  return limit === undefined ? '' : ` Set ${setting}.maxOutputTokens to ${limit}.`;
}
