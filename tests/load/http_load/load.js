// Every kind of load on one URL: `k6 run -e URL=... -e SCENARIO=matrix -e REQUESTS=25000 -e USERS=100 load.js`.
// tests/load/http_load drives it. Each scenario is bounded in count and time; what it must hold is in its thresholds.
import http from "k6/http";
import { check } from "k6";

const number = (name, otherwise) => Number(__ENV[name] || otherwise);
const USERS = number("USERS", 100);
const RATE = number("RATE", 10);
const SECONDS = number("SECONDS", 5);
const NO_ERROR = { checks: ["rate==1"] };
const AFTER_SPIKE_P95_MS = 1000;
// The spike's three parts keep their connections: 900, below the 1000 that one process of ours takes (MAX_CONNECTIONS).
const MOST_USERS = (__ENV.SCENARIO === "spike" ? 3 : 4) * USERS;

// Open loop: requests leave when they are due, however late the answers are. Those that find no free user are counted
// as dropped_iterations.
const arriving = (more) => ({ timeUnit: "1s", preAllocatedVUs: MOST_USERS, gracefulStop: "10s", ...more });
const steady = (rate, seconds, startTime = "0s") =>
  arriving({ executor: "constant-arrival-rate", rate, duration: `${seconds}s`, startTime });

const SCENARIOS = {
  // As many requests as told, as fast as so many users get their answers: the thesis's test.
  matrix: () => ({
    scenarios: {
      users: {
        executor: "shared-iterations",
        vus: USERS,
        iterations: number("REQUESTS", 2600),
        maxDuration: "300s",
      },
    },
    thresholds: NO_ERROR,
  }),
  // One user, a few requests: is it there at all?
  smoke: () => ({
    scenarios: { smoke: { executor: "per-vu-iterations", vus: 1, iterations: 20, maxDuration: "30s" } },
    thresholds: NO_ERROR,
  }),
  // One step of the ramp; the driver goes on to the next rate while this one holds.
  ramp: () => ({
    scenarios: { ramp: steady(RATE, SECONDS) },
    thresholds: { checks: ["rate==1"], http_req_duration: ["p(95)<1000"], dropped_iterations: ["count==0"] },
  }),
  // Twenty times as many within a second, and what becomes of those who come after.
  spike: () => ({
    scenarios: {
      before: steady(RATE, 5),
      spike: arriving({
        executor: "ramping-arrival-rate",
        startRate: RATE,
        startTime: "5s",
        stages: [
          { target: 20 * RATE, duration: "1s" },
          { target: 20 * RATE, duration: "5s" },
          { target: RATE, duration: "1s" },
        ],
      }),
      after: steady(RATE, 8, "12s"),
    },
    thresholds: {
      checks: ["rate==1"],
      "http_req_duration{scenario:before}": ["max>=0"],
      "http_req_duration{scenario:spike}": ["max>=0"],
      "http_req_duration{scenario:after}": [`p(95)<${AFTER_SPIKE_P95_MS}`],
    },
  }),
  // A steady rate for longer; the driver looks at the memory meanwhile.
  soak: () => ({ scenarios: { soak: steady(RATE, SECONDS) }, thresholds: NO_ERROR }),
};

export const options = {
  ...SCENARIOS[__ENV.SCENARIO](),
  summaryTrendStats: ["med", "p(95)", "p(99)", "max"],
  discardResponseBodies: true,
  hosts: JSON.parse(__ENV.HOSTS || "{}"), // name: address, for names that mean something to a cluster's gateway only
};

export default function () {
  check(http.get(__ENV.URL), { "is 200": (answer) => answer.status === 200 });
}

export function handleSummary(data) {
  return { stdout: JSON.stringify(data) };
}
