using System.Management.Automation;
using GpuOps.Cmdlets.Binding;
using GpuOps.Cmdlets.Pipeline;
using GpuOps.Errors;
using GpuOps.Schedulers;
using GpuOps.Timing;

namespace GpuOps.Cmdlets.Jobs;

/// <summary>Waits until jobs are over, however they end.</summary>
[Cmdlet(VerbsLifecycle.Wait, "GpuJob")]
[OutputType(typeof(GpuJob))]
public sealed class WaitGpuJobCommand : JobsCmdlet
{
    /// <summary>How long to wait; without it for ever. The jobs go on.</summary>
    [Parameter]
    [Duration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan? Timeout { get; set; }

    /// <summary>How often a scheduler is asked that tells nothing by itself, such as Slurm.</summary>
    /// <value>30s</value>
    [Parameter]
    [Duration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan? Interval { get; set; }

    /// <inheritdoc/>
    private protected override void Act(IReadOnlyList<(IJobScheduler Scheduler, string[] Ids)> given) => Run(async (post, token) =>
    {
        using var limit = new Deadline(Timeout, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, token);
        try
        {
            await Task.WhenAll(given.Select((one, index) => new JobWaitReport(one.Scheduler, Interval, index, new CmdletSink(post)).RunAsync(one.Ids, either.Token)));
        }
        catch (OperationCanceledException fault) when (limit.IsOver && !token.IsCancellationRequested)
        {
            throw new GpuOpsException("JobWaitTimeout", GpuOpsErrorKind.Timeout, $"Not all of the jobs are over after {Timeout}. They go on; Get-GpuJob shows how they stand.", null, fault);
        }

        return true;
    });
}
