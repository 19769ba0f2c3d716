namespace GpuOps.Pools.Reservations;

/// <summary>Where a waiting request stands.</summary>
/// <param name="Position">The place in line, from 1.</param>
/// <param name="Waiting">How many requests wait.</param>
/// <param name="Waited">For how long this one has waited.</param>
/// <param name="Trouble">Why the store cannot be asked at the moment; null when it can.</param>
public sealed record QueueProgress(int Position, int Waiting, TimeSpan Waited, string? Trouble = null);
