using System.Management.Automation;
using GpuOps.Cmdlets.Binding;
using GpuOps.Schedulers.Slurm;

namespace GpuOps.Cmdlets.Slurm;

/// <summary>Waits until a partition of a Slurm cluster has enough GPUs or nodes free.</summary>
[Cmdlet(VerbsLifecycle.Wait, "SlurmResource")]
[OutputType(typeof(SlurmResource))]
public sealed class WaitSlurmResourceCommand : SlurmResourceCmdlet
{
    private const int ProgressId = 3302;

    /// <summary>How many GPUs must be free, on any nodes of one partition.</summary>
    /// <value>1, when nothing else is asked for</value>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int MinGpu { get; set; }

    /// <summary>How many GPUs must be free on each node: for a job that wants them on one, or on -MinNode.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int MinGpuPerNode { get; set; }

    /// <summary>How many nodes must have -MinGpuPerNode GPUs free; without that, how many nodes must be idle.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int MinNode { get; set; }

    /// <summary>How long to wait; without it for ever.</summary>
    [Parameter]
    [Duration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan? Timeout { get; set; }

    /// <summary>How often the cluster is asked.</summary>
    /// <value>30s</value>
    [Parameter]
    [Duration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    protected override void Begin() => WarnIfHasty(Interval);

    /// <inheritdoc/>
    protected override void Process() => Gather();

    /// <inheritdoc/>
    protected override void End()
    {
        var need = new SlurmResourceNeed { Gpus = MinGpu == 0 && MinGpuPerNode == 0 && MinNode == 0 ? 1 : MinGpu, GpusPerNode = MinGpuPerNode, Nodes = MinNode };
        foreach (var (scheduler, named) in Gathered())
        {
            var partitions = named ?? (scheduler.DefaultPartition is { } own ? Names([own]) : null);
            var wait = new SlurmResourceWait(scheduler, new SlurmPoll(Interval, Timeout), TimeProvider.System);
            WriteObject(Run((post, token) => wait.RunAsync(need, Filter(partitions), (parts, trouble) => Report(need, scheduler, partitions, (parts, trouble), post), token)));
        }

        WriteProgress(new ProgressRecord(ProgressId, "Waiting", "done") { RecordType = ProgressRecordType.Completed });
    }

    private static void Report(SlurmResourceNeed need, SlurmScheduler scheduler, string[]? partitions, (IReadOnlyList<SlurmResource> Parts, string? Trouble) look, Action<Action<Cmdlet>> post)
    {
        var (parts, trouble) = look;
        if (trouble is null && Missing(parts, scheduler, partitions).FirstOrDefault() is { } missing)
        {
            throw missing;
        }

        var record = new ProgressRecord(ProgressId, $"Waiting for {need} of {scheduler.Backend}", trouble ?? string.Join(", ", parts.Select(static part => $"{part} free")));
        post(cmdlet => cmdlet.WriteProgress(record));
    }
}
