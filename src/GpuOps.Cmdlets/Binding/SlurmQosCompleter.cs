using GpuOps.Schedulers.Slurm;

namespace GpuOps.Cmdlets.Binding;

/// <summary>Offers the cluster's qualities of service.</summary>
public sealed class SlurmQosCompleter : SlurmChoiceCompleter
{
    /// <inheritdoc/>
    private protected override Task<IReadOnlyList<SlurmChoice>> ReadAsync(SlurmChoices choices, CancellationToken cancellationToken) => choices.ReadQosAsync(cancellationToken);
}
