using GpuOps.Contender;

var options = ContenderOptions.Parse(args);
await using var pool = options.Open();
if (options.Initialize is { } count)
{
    await pool.InitializeAsync(ContenderOptions.Layout(options.Host, count), force: false, dryRun: false, CancellationToken.None);
    return;
}

using var log = new HoldingLog(options.Log);
await new Contender(options, pool, log).RunAsync();
