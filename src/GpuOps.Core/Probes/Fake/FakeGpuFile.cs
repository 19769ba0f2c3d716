using System.Text.Json;
using GpuOps.Errors;

namespace GpuOps.Probes.Fake;

/// <summary>A file of made-up GPUs. Comments and trailing commas are allowed, unknown names are not.</summary>
internal sealed record FakeGpuFile
{
    public required IReadOnlyList<FakeGpu> Gpus { get; init; }

    /// <summary>How long the driver takes to answer.</summary>
    public int DelayMs { get; init; }

    /// <summary>The driver never answers.</summary>
    public bool Hang { get; init; }

    /// <exception cref="GpuOpsException">It cannot be read, or does not describe GPUs.</exception>
    public static async Task<FakeGpuFile> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var file = await JsonSerializer.DeserializeAsync(stream, FakeGpuJson.Default.FakeGpuFile, cancellationToken);
            return file is not null && file.DelayMs >= 0 ? file : throw new JsonException("It has to be an object, and delayMs at least 0.");
        }
        catch (JsonException error)
        {
            throw Bad($"The file of made-up GPUs '{path}' is not valid: {error.Message}", path, error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Bad($"The file of made-up GPUs '{path}' cannot be read: {error.Message}", path, error);
        }
    }

    private static GpuOpsException Bad(string message, string path, Exception cause) =>
        new("FakeGpuFile", GpuOpsErrorKind.InvalidData, message, path, cause);
}
