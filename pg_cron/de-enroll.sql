-- schedule: */15 * * * *
-- Leads that finished, booked or opted out leave their campaigns.
call drip.de_enroll_all_clients();
