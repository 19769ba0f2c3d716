using GpuOps.Schedulers;

namespace GpuOps.Server.Api;

/// <summary>Which jobs are wanted, as a query says it.</summary>
/// <param name="Id">Certain jobs.</param>
/// <param name="User">Of these users.</param>
/// <param name="Own">Only the caller's own.</param>
/// <param name="State">In these states.</param>
/// <param name="Since">Only those that are not over, or ended since then.</param>
/// <param name="Newest">The newest first.</param>
/// <param name="Limit">How many at most.</param>
/// <param name="Cursor">Goes on where an earlier page ended.</param>
internal readonly record struct JobFilter(
    string[]? Id, string[]? User, bool? Own, GpuJobState[]? State, DateTimeOffset? Since, bool? Newest, int? Limit, string? Cursor);
