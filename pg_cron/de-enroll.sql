-- schedule: */15 * * * *
-- Takes leads that are done out of their campaigns.
call drip.de_enroll_on_schedule('de-enroll');
