using GpuOps.Server;

return args switch
{
    ["serve", .. var rest] => await ServeVerb.RunAsync(rest),
    ["supervise", .. var rest] => await SuperviseVerb.RunAsync(rest),
    _ => Usage.Complain(args.Length == 0 ? "What is it to do?" : $"'{args[0]}' is nothing it can do."),
};
