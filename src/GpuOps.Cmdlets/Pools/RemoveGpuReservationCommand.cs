using System.Management.Automation;
using GpuOps.Cmdlets.Binding;
using GpuOps.Cmdlets.Module;
using GpuOps.Errors;
using GpuOps.Pools;
using GpuOps.Pools.Reservations;
using GpuOps.Pools.Sessions;

namespace GpuOps.Cmdlets.Pools;

/// <summary>Ends reservations, or takes waiting requests out of the line. Others' only with -Force, and after asking.</summary>
[Cmdlet(VerbsCommon.Remove, "GpuReservation", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High, DefaultParameterSetName = "Id")]
public sealed class RemoveGpuReservationCommand : PoolCmdlet
{
    /// <summary>Reservations, waiting requests, or GPU statuses, whose reservations are meant.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = "InputObject")]
    public PSObject[] InputObject { get; set; } = [];

    /// <summary>The ids of reservations or waiting requests.</summary>
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "Id")]
    [ArgumentCompleter(typeof(ReservationIdCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Id { get; set; } = [];

    /// <summary>The GPUs whose reservations are meant.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Gpu")]
    [ArgumentCompleter(typeof(GpuIdCompleter))]
    [ValidateRange(0, int.MaxValue)]
    public int[] GpuId { get; set; } = [];

    /// <summary>The host of those GPUs; left out, this host.</summary>
    [Parameter(ParameterSetName = "Gpu")]
    [ArgumentCompleter(typeof(ComputerNameCompleter))]
    public string? ComputerName { get; set; }

    /// <summary>Also ends reservations of other users.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>What was dealt with: a reservation of several GPUs comes down the pipeline once for each of them.</summary>
    private readonly HashSet<(string Backend, string Id)> _done = [];

    /// <inheritdoc/>
    protected override void Process()
    {
        switch (ParameterSetName)
        {
            case "Id":
                foreach (var id in Id)
                {
                    RemoveById(OpenPool(), id);
                }

                break;
            case "Gpu":
                RemoveByGpu();
                break;
            default:
                foreach (var item in InputObject)
                {
                    RemoveObject(item.BaseObject);
                }

                break;
        }
    }

    private void RemoveObject(object item)
    {
        switch (item)
        {
            case GpuReservation reservation:
                Remove(OpenPool(Backend ?? reservation.Backend), reservation);
                break;
            case GpuQueueEntry entry:
                Leave(OpenPool(Backend ?? entry.Backend), entry);
                break;
            case GpuStatus status:
                var pool = OpenPool(Backend ?? status.Backend);
                // On a shared GPU one's own part goes, not the neighbours'.
                var own = status.Reservations.Where(IsOwn).ToArray();
                foreach (var reservation in own.Length > 0 && !Force ? own : status.Reservations)
                {
                    Remove(pool, reservation);
                }

                if (status.Reservations.Count == 0)
                {
                    WriteVerbose($"GPU {status.Id} of {status.ComputerName} is not reserved.");
                }

                break;
            case string id:
                RemoveById(OpenPool(), id);
                break;
            default:
                WriteFault(new GpuOpsException("NotAReservation", GpuOpsErrorKind.InvalidArgument,
                    $"'{item}' ({item.GetType().Name}) is neither a reservation, a waiting request, a GPU status nor an id.", item), item);
                break;
        }
    }

    private void RemoveById(PoolSession pool, string id)
    {
        var snapshot = Run(token => pool.ReadAsync(null, token));
        if (snapshot.Reservations.FirstOrDefault(it => it.Id == id) is { } reservation)
        {
            Remove(pool, reservation);
        }
        else if (snapshot.Queue.FirstOrDefault(it => it.Id == id) is { } entry)
        {
            Leave(pool, entry);
        }
        else
        {
            WriteFault(NotFound(pool, id), id);
        }
    }

    private void RemoveByGpu()
    {
        var pool = OpenPool();
        var host = pool.HostOf(ComputerName);
        var snapshot = Run(token => pool.ReadAsync(host, token));
        foreach (var id in GpuId.Distinct())
        {
            var there = snapshot.Reservations.Where(it => it.GpuId.Contains(id)).ToArray();
            if (there.Length == 0)
            {
                WriteFault(new GpuOpsException("GpuNotReserved", GpuOpsErrorKind.NotFound, $"GPU {id} of '{host}' is not reserved.", id), id);
            }

            var own = there.Where(IsOwn).ToArray();
            foreach (var reservation in own.Length > 0 && !Force ? own : there)
            {
                Remove(pool, reservation);
            }
        }
    }

    private void Remove(PoolSession pool, GpuReservation reservation)
    {
        if (!_done.Add((pool.Backend, reservation.Id)))
        {
            return;
        }

        var gpus = $"GPU {string.Join(",", reservation.GpuId)} of {reservation.ComputerName}";
        if (May(IsOwn(reservation), reservation.User, $"{gpus}, reserved by {reservation.User} ({reservation.Id})", "end the reservation", reservation))
        {
            // Its heartbeat first: one that is under way would take it for lost.
            var held = EngineState.Current.Host.Heartbeats.Remove(reservation.Id);
            if (!Release(pool, reservation, held))
            {
                WriteFault(NotFound(pool, reservation.Id), reservation);
            }

            if (held is { Reservation.Kind: ReservationKind.Command })
            {
                // A command of this process runs under it and must hear that its GPUs are gone.
                held.Lost(held.Reservation);
            }
        }
    }

    private bool Release(PoolSession pool, GpuReservation reservation, HeldReservation? held)
    {
        var answered = false;
        try
        {
            var released = Run(token => pool.Pool.ReleaseAsync(reservation.ComputerName, reservation.Id, token));
            answered = true;
            return released;
        }
        finally
        {
            if (!answered && held is not null)
            {
                EngineState.Current.Keep(held);
            }
        }
    }

    private void Leave(PoolSession pool, GpuQueueEntry entry)
    {
        if (May(IsOwn(entry.User, entry.ActualUser), entry.User, $"{entry.Demand} on {entry.ComputerName}, asked for by {entry.User} ({entry.Id})", "take the request out of the line", entry)
            && !Run(token => pool.Pool.ReleaseAsync(entry.ComputerName, entry.Id, token)))
        {
            WriteFault(NotFound(pool, entry.Id), entry);
        }
    }

    private bool May(bool own, string user, string what, string action, object target)
    {
        if (!own && !Force)
        {
            WriteFault(new GpuOpsException("NotOwner", GpuOpsErrorKind.NotAllowed,
                $"{what}: that is {user}'s. Use -Force to {action} all the same.", target), target);
            return false;
        }

        return ShouldProcess(what, action, hurtsOthers: !own);
    }

    private static GpuOpsException NotFound(PoolSession pool, string id) => new(
        "ReservationNotFound", GpuOpsErrorKind.NotFound,
        $"The pool '{pool.Backend}' holds neither a reservation nor a waiting request '{id}': it has ended, or never was.", id);
}
