namespace GpuOps.Schedulers.Queue.Api;

/// <summary>Some of the jobs that were asked for.</summary>
/// <param name="Jobs">The jobs, in the order asked for.</param>
/// <param name="Next">What to ask for to get those behind them; null when there are none.</param>
public sealed record GpuJobPage(IReadOnlyList<GpuJob> Jobs, string? Next);
