namespace GpuOps.Schedulers.Slurm;

/// <summary>Bytes that a job wrote.</summary>
/// <param name="Job">The job as last seen; the first one where several write to one file.</param>
/// <param name="Stream">Its output or its errors; its output where both go to one file.</param>
/// <param name="Path">The file.</param>
/// <param name="Bytes">The bytes.</param>
/// <param name="IsNew">They are the first of another file of that name, or of a file that was emptied: the log begins anew.</param>
public sealed record SlurmLogPiece(SlurmJob Job, GpuJobLogKind Stream, string Path, ReadOnlyMemory<byte> Bytes, bool IsNew);
