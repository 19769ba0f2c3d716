using System.Collections;

namespace GpuOps.Cmdlets.Binding;

/// <summary>Offers the live reservations.</summary>
public sealed class ReservationIdCompleter : GpuOpsCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Value, string Tip)> Offers(IDictionary bound) =>
        ReadPool(bound).Reservations.Select(it => (it.Id, $"{it.User}: {it.ComputerName} GPU {string.Join(",", it.GpuId)} {it.Note}".TrimEnd()));
}
