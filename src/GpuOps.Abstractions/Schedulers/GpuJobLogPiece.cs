namespace GpuOps.Schedulers;

/// <summary>Bytes that a job wrote.</summary>
/// <param name="Job">The job as last seen.</param>
/// <param name="Stream">Its output or its errors; its output where both go to one file.</param>
/// <param name="Bytes">The bytes, as they were written.</param>
public sealed record GpuJobLogPiece(GpuJob Job, GpuJobLogKind Stream, ReadOnlyMemory<byte> Bytes);
