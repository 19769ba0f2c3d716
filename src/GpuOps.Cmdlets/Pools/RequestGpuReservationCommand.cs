using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Runspaces;
using GpuOps.Cmdlets.Binding;
using GpuOps.Cmdlets.Module;
using GpuOps.Cmdlets.Running;
using GpuOps.Pools;

namespace GpuOps.Cmdlets.Pools;

/// <summary>
/// Reserves GPUs. The reservation lives on in the session after the command, kept by heartbeats; with a duration it
/// outlives the session and needs none.
/// </summary>
[Cmdlet(VerbsLifecycle.Request, "GpuReservation", SupportsShouldProcess = true)]
[OutputType(typeof(GpuReservation))]
public sealed class RequestGpuReservationCommand : ReservingCmdlet
{
    /// <summary>The host whose GPUs are wanted; left out, this host.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ComputerNameCompleter))]
    public string? ComputerName { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        var demand = Demand();
        var pool = OpenPool();
        var host = pool.HostOf(ComputerName);
        if (!ShouldProcess($"{host} in {pool.Pool.Description}", $"reserve {demand} for {User}"))
        {
            return;
        }

        var kind = Duration is null ? ReservationKind.Session : ReservationKind.Timed;
        var reservation = Acquire(pool, NewRequest(pool, host, demand, kind));
        if (kind == ReservationKind.Session)
        {
            var notice = new LossNotice(Host, Runspace.DefaultRunspace, OnLost);
            Keep(pool, reservation, notice.Tell);
        }

        WriteObject(reservation);
    }

    /// <summary>Tells the session that a reservation was lost; it may be doing anything, or nothing, at that moment.</summary>
    private sealed class LossNotice(PSHost host, Runspace? runspace, OnLost onLost)
    {
        public void Tell(GpuReservation lost)
        {
            host.UI.WriteWarningLine(RunningReservation.Describe(lost));
            if (onLost == OnLost.Stop && runspace is not null)
            {
                RunningPipeline.Stop(runspace);
            }
        }
    }
}
