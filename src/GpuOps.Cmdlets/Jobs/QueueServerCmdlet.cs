using GpuOps.Errors;
using GpuOps.Schedulers;
using GpuOps.Schedulers.Queue.Client;

namespace GpuOps.Cmdlets.Jobs;

/// <summary>A cmdlet that is about the queue service itself.</summary>
public abstract class QueueServerCmdlet : SchedulerCmdlet
{
    /// <summary>What the service says of itself; null when none runs, which is an error that -ErrorAction can ignore.</summary>
    private protected GpuServer? Read(QueueScheduler queue)
    {
        try
        {
            return Run(queue.ReadServerAsync);
        }
        catch (GpuOpsException fault) when (fault.Kind == GpuOpsErrorKind.Unreachable)
        {
            WriteFault(fault);
            return null;
        }
    }

    /// <summary>Opens the service the user means. Does not connect.</summary>
    private protected QueueScheduler OpenQueue() => OpenScheduler() as QueueScheduler ?? throw new GpuOpsException(
        "BackendIsNotQueue", GpuOpsErrorKind.InvalidArgument, $"The backend '{OpenScheduler().Backend}' is not a queue service. Give -Backend queue: for the one of this host.", OpenScheduler().Backend);
}
