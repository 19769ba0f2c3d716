using System.Management.Automation;
using GpuOps.Cmdlets.Binding;
using GpuOps.Errors;
using GpuOps.Pools;

namespace GpuOps.Cmdlets.Pools;

/// <summary>Shows live reservations.</summary>
[Cmdlet(VerbsCommon.Get, "GpuReservation", DefaultParameterSetName = "All")]
[OutputType(typeof(GpuReservation))]
public sealed class GetGpuReservationCommand : PoolCmdlet
{
    /// <summary>Only the reservations with these ids.</summary>
    [Parameter(Position = 0, ParameterSetName = "Id", Mandatory = true, ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(ReservationIdCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? Id { get; set; }

    /// <summary>Only the reservations on these GPUs.</summary>
    [Parameter(ParameterSetName = "Gpu", Mandatory = true)]
    [ArgumentCompleter(typeof(GpuIdCompleter))]
    [ValidateRange(0, int.MaxValue)]
    public int[]? GpuId { get; set; }

    /// <summary>Only this user's; wildcards are allowed.</summary>
    [Parameter]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(UserCompleter))]
    public string? User { get; set; }

    /// <summary>Only reservations of this host's GPUs.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ComputerNameCompleter))]
    public string? ComputerName { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        var pool = OpenPool();
        var snapshot = Read(pool, ComputerName);
        var user = User is null ? null : WildcardPattern.Get(User, WildcardOptions.None);
        foreach (var id in Id ?? [])
        {
            if (!snapshot.Reservations.Any(it => it.Id == id))
            {
                WriteFault(new GpuOpsException("ReservationNotFound", GpuOpsErrorKind.NotFound,
                    $"The pool '{pool.Backend}' holds no reservation '{id}': it has ended, or never was.", id), id);
            }
        }

        foreach (var gpu in (GpuId ?? []).Where(gpu => snapshot.Gpus.All(known => known.Id != gpu)))
        {
            WriteFault(new GpuOpsException("GpuNotFound", GpuOpsErrorKind.NotFound,
                $"The pool '{pool.Backend}' has no GPU {gpu}. Get-GpuStatus lists the GPUs there are.", gpu), gpu);
        }

        WriteObject(
            snapshot.Reservations.Where(it =>
                (Id is null || Id.Contains(it.Id))
                && (GpuId is null || it.GpuId.Any(GpuId.Contains))
                && (user is null || user.IsMatch(it.User))),
            enumerateCollection: true);
    }
}
