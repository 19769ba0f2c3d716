using System.Buffers;
using System.Collections;
using GpuOps.Schedulers.Slurm;

namespace GpuOps.Cmdlets.Binding;

/// <summary>Offers the features of the cluster's nodes, also behind others: <c>a100&amp;nv</c>.</summary>
public sealed class SlurmConstraintCompleter : SlurmChoiceCompleter
{
    private static readonly SearchValues<char> Between = SearchValues.Create("&|,[(!");

    /// <inheritdoc/>
    protected override IEnumerable<(string Value, string Tip)> Offers(string word, IDictionary bound)
    {
        ArgumentNullException.ThrowIfNull(word);
        var before = word[..(word.AsSpan().LastIndexOfAny(Between) + 1)];
        return Offers(bound).Select(offer => (before + offer.Value, offer.Tip));
    }

    /// <inheritdoc/>
    private protected override Task<IReadOnlyList<SlurmChoice>> ReadAsync(SlurmChoices choices, CancellationToken cancellationToken) => choices.ReadFeaturesAsync(cancellationToken);
}
