using GpuOps.Schedulers.Slurm;

namespace GpuOps.Cmdlets.Binding;

/// <summary>Offers the accounts that one's jobs can be charged to.</summary>
public sealed class SlurmAccountCompleter : SlurmChoiceCompleter
{
    /// <inheritdoc/>
    private protected override Task<IReadOnlyList<SlurmChoice>> ReadAsync(SlurmChoices choices, CancellationToken cancellationToken) => choices.ReadAccountsAsync(cancellationToken);
}
