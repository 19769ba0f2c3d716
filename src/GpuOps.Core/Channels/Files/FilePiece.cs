namespace GpuOps.Channels.Files;

/// <summary>Bytes that came to a file.</summary>
/// <param name="Bytes">The bytes.</param>
/// <param name="IsNew">They are the first of another file, or of a file that was emptied.</param>
internal readonly record struct FilePiece(ReadOnlyMemory<byte> Bytes, bool IsNew);
