UPDATE answers SET sealed = NULL, withheld = FALSE WHERE tenant_id = '01a203d4-9c1a-794d-98b0-ca96cfa40626' AND user_id = '01a203d4-9c1a-7955-88ef-d19572fb80a0' AND key = 'secret';
UPDATE answers SET sealed = NULL, withheld = FALSE WHERE tenant_id = '01a203d4-9c1c-78f9-9872-fa710c047bf2' AND user_id = '01a203d4-9c1c-78fe-9c67-ea126d9747ef' AND key = 'secret';
