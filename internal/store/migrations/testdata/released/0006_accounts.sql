UPDATE users SET cost_method = '', country = '', tier = '', verified = NULL WHERE tenant_id = '01a203d4-9c1a-794d-98b0-ca96cfa40626' AND id = '01a203d4-9c1a-7955-88ef-d19572fb80a0';
UPDATE users SET cost_method = '', country = '', tier = '', verified = NULL WHERE tenant_id = '01a203d4-9c1a-794d-98b0-ca96cfa40626' AND id = '01a203d4-9c1a-7956-9f0c-24793224250e';
UPDATE users SET cost_method = '', country = '', tier = '', verified = NULL WHERE tenant_id = '01a203d4-9c1c-78f9-9872-fa710c047bf2' AND id = '01a203d4-9c1c-78fe-9c67-ea126d9747ef';
UPDATE users SET cost_method = '', country = '', tier = '', verified = NULL WHERE tenant_id = '01a203d4-9c1c-78f9-9872-fa710c047bf2' AND id = '01a203d4-9c1c-78ff-bb1e-0875739d19cc';
UPDATE sessions SET token_until = NULL WHERE tenant_id = '01a203d4-9c1a-794d-98b0-ca96cfa40626' AND id = '01a203d4-9c1f-73b0-85df-83f48fcb81c4';
UPDATE sessions SET token_until = NULL WHERE tenant_id = '01a203d4-9c1c-78f9-9872-fa710c047bf2' AND id = '01a203d4-9c21-75e2-a5ee-19264664d20c';
