-- How many GPUs are in service, and the most memory among them, after that changed.
local function recount(h)
  local g, size = gpus(h), sizes(h)
  g.serving, g.most, g.changed = 0, 0, true
  for n = 1, g.count do
    if not g.down[n] then
      g.serving = g.serving + 1
      if size[n] > g.most then g.most = size[n] end
    end
  end
end
