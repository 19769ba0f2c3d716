using System.Collections;

namespace GpuOps.Cmdlets.Binding;

/// <summary>Offers the named backends, and behind <c>slurm://</c> and the like the SSH profiles.</summary>
public sealed class BackendCompleter : GpuOpsCompleter
{
    private const string Authority = "://";

    /// <inheritdoc/>
    protected override IEnumerable<(string Value, string Tip)> Offers(IDictionary bound) =>
        Configuration().Backends.Select(backend => (backend.Name, backend.Uri));

    /// <inheritdoc/>
    protected override IEnumerable<(string Value, string Tip)> Offers(string word, IDictionary bound)
    {
        ArgumentNullException.ThrowIfNull(word);
        return word.IndexOf(Authority, StringComparison.Ordinal) is > 0 and var end && word[..end] == Slurm.SlurmCmdlet.Scheme
            ? Configuration().SshProfiles.Select(profile => ($"{word[..end]}{Authority}{profile.Name}", SshProfileCompleter.Tip(profile)))
            : Offers(bound);
    }
}
