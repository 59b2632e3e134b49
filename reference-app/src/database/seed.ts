/** Sizes from the concert load test: 5 concerts, 28 schedules (6, 6, 6, 5, 5), 24 seats each; ids count up over all of them. */
const CONCERTS = 5
const SCHEDULES = 28
const SEATS_PER_SCHEDULE = 24

/** The data set, made by the server in three statements. What exists already stays as it is. */
export const SEED = `
insert into concert (id, title, venue)
select n, (array['Night Trains', 'Paper Lanterns', 'The Long Encore', 'Harbour Lights', 'Second Sun'])[n],
  (array['Grand Hall', 'River Stage'])[1 + n % 2]
from generate_series(1, ${CONCERTS}) as n
on conflict (id) do nothing;

insert into schedule (id, concert_id, starts_at)
select n, 1 + (n - 1) % ${CONCERTS}, date_trunc('day', now()) + make_interval(days => 365 + n, hours => 19)
from generate_series(1, ${SCHEDULES}) as n
on conflict (id) do nothing;

insert into seat (id, schedule_id, number)
select n, 1 + (n - 1) / ${SEATS_PER_SCHEDULE}, 1 + (n - 1) % ${SEATS_PER_SCHEDULE}
from generate_series(1, ${SCHEDULES * SEATS_PER_SCHEDULE}) as n
on conflict (id) do nothing;
`
