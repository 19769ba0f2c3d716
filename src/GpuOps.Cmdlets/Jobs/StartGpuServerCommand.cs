using System.Management.Automation;
using GpuOps.Cmdlets.Binding;
using GpuOps.Schedulers;
using GpuOps.Schedulers.Queue;

namespace GpuOps.Cmdlets.Jobs;

/// <summary>Starts the queue service of this host, unless it runs; it outlives the session.</summary>
[Cmdlet(VerbsLifecycle.Start, "GpuServer", SupportsShouldProcess = true)]
[OutputType(typeof(GpuServer))]
public sealed class StartGpuServerCommand : QueueServerCmdlet
{
    /// <summary>The pool that jobs get their GPUs from, by name or URI.</summary>
    /// <value>the configured backend if that is a pool, else that of this host</value>
    [Parameter]
    [ArgumentCompleter(typeof(BackendCompleter))]
    public string? Pool { get; set; }

    /// <summary>How many CPUs the jobs without GPUs may take together.</summary>
    /// <value>those of the host</value>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? CpuLimit { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        var queue = OpenQueue();
        if (ShouldProcess(queue.Location.Folder, "start the queue service"))
        {
            WriteObject(Run(token => new QueueServiceStarter(QueueServiceStarter.Program, queue.Location).StartAsync(Pool, CpuLimit, queue.Backend, token)));
        }
    }
}
