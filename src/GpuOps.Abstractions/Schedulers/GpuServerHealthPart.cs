namespace GpuOps.Schedulers;

/// <summary>One of the things that a queue service needs.</summary>
/// <param name="Name">What: <c>Service</c>, <c>Disk</c>, <c>Memory</c>, <c>Cpu</c>, <c>Network</c>.</param>
/// <param name="Score">0 to 100.</param>
/// <param name="Detail">What was measured, for people.</param>
public sealed record GpuServerHealthPart(string Name, int Score, string Detail);
