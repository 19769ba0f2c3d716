using System.Management.Automation;
using GpuOps.Cmdlets.Binding;
using GpuOps.Schedulers.Slurm;

namespace GpuOps.Cmdlets.Slurm;

/// <summary>Cancels jobs of a Slurm cluster, or sends them a signal.</summary>
[Cmdlet(VerbsLifecycle.Stop, "SlurmJob", SupportsShouldProcess = true)]
[OutputType(typeof(SlurmJob))]
public sealed class StopSlurmJobCommand : ChangeSlurmJobCmdlet
{
    /// <summary>The signal to send to the whole job in place of ending it: its name or number.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(SignalCompleter))]
    [ValidatePattern(@"\A[A-Za-z0-9]+\z")]
    public string? Signal { get; set; }

    private protected override string Action => Signal is null ? "cancel the job" : $"send the job {Signal}";

    /// <inheritdoc/>
    private protected override IEnumerable<SlurmJobId> Change(SlurmScheduler scheduler, IReadOnlyList<SlurmJobId> ids) =>
        Try(token => scheduler.CancelAsync(ids, Signal, token), ids) ? ids : [];
}
