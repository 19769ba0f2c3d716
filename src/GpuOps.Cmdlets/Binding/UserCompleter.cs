using System.Collections;

namespace GpuOps.Cmdlets.Binding;

/// <summary>Offers yourself, and whoever holds or waits for a GPU.</summary>
public sealed class UserCompleter : GpuOpsCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Value, string Tip)> Offers(IDictionary bound)
    {
        var pool = ReadPool(bound);
        return pool.Reservations.Select(it => it.User)
            .Concat(pool.Queue.Select(it => it.User))
            .Prepend(Environment.UserName)
            .Distinct()
            .Select(user => (user, user == Environment.UserName ? "yourself" : "holds or waits for a GPU"));
    }
}
