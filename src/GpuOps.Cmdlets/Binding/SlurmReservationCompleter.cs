using GpuOps.Schedulers.Slurm;

namespace GpuOps.Cmdlets.Binding;

/// <summary>Offers the cluster's reservations.</summary>
public sealed class SlurmReservationCompleter : SlurmChoiceCompleter
{
    /// <inheritdoc/>
    private protected override Task<IReadOnlyList<SlurmChoice>> ReadAsync(SlurmChoices choices, CancellationToken cancellationToken) => choices.ReadReservationsAsync(cancellationToken);
}
