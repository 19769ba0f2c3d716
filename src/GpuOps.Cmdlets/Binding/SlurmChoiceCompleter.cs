using System.Collections;
using GpuOps.Schedulers.Slurm;

namespace GpuOps.Cmdlets.Binding;

/// <summary>Offers something that jobs can name on the cluster.</summary>
public abstract class SlurmChoiceCompleter : GpuOpsCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Value, string Tip)> Offers(IDictionary bound) => OpenSlurm(bound) is { } scheduler
        ? Wait(token => ReadAsync(scheduler.Choices, token)).Select(static choice => (choice.Name, choice.Description is { Length: > 0 } tip ? tip : choice.Name))
        : [];

    /// <summary>Reads what there is.</summary>
    private protected abstract Task<IReadOnlyList<SlurmChoice>> ReadAsync(SlurmChoices choices, CancellationToken cancellationToken);
}
