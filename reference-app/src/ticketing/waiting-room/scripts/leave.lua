-- Without a token id: whoever's turn it is, whatever the token.
local user, id = ARGV[5], ARGV[6]
local s = living(user)
local leaves = s and (s.id == id or (id == '' and is_admitted(s)))
if leaves then
  finish(user, s, is_admitted(s) and 'completed' or 'abandoned')
  advance()
end
return reply({ left = leaves and true or false })
