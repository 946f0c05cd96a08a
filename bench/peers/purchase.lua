-- A purchase as it is usually made with nginx, Lua and Redis: one script checks the limit and the stock and
-- decrements. The connection to Redis is kept. Nothing is durable: Redis has it in memory.
local connection = redis:new()
connection:set_timeout(10000)
local ok, why = connection:connect("127.0.0.1", ngx.var.http_x_redis_port)
if not ok then
    ngx.log(ngx.ERR, why)
    return ngx.exit(503)
end
ngx.req.read_body()
local outcome
outcome, why = connection:evalsha(ngx.var.http_x_script, 2, "stock:1", "bought:1", ngx.var.http_x_user)
connection:set_keepalive(60000, 4096)
if not outcome then
    ngx.log(ngx.ERR, why)
    return ngx.exit(503)
end
local body = outcome == 1 and '{"code":"accepted"}' or outcome == 0 and '{"code":"sold_out"}'
    or '{"code":"limit_reached"}'
ngx.status = outcome == 1 and 201 or 409
ngx.header.content_length = #body
ngx.print(body)
