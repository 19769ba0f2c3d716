using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace GpuOps.Schedulers.Queue.Running;

/// <summary>Messages over a socket: the length in four bytes, little end first, then JSON in UTF-8.</summary>
/// <param name="stream">The socket.</param>
internal sealed class SupervisorStream(Stream stream) : IAsyncDisposable
{
    /// <summary>More than the arguments and variables of any program, however they are written.</summary>
    private const int Largest = 64 << 20;
    private const int LengthSize = 4;

    private readonly SemaphoreSlim _writing = new(1);

    /// <summary>Reads a message; null at the end.</summary>
    /// <param name="type">What it is.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="InvalidDataException">It makes no sense.</exception>
    public async Task<T?> ReadAsync<T>(JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        var head = new byte[LengthSize];
        if (await stream.ReadAtLeastAsync(head, LengthSize, throwOnEndOfStream: false, cancellationToken) < LengthSize)
        {
            return null;
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(head);
        if (length is <= 0 or > Largest)
        {
            throw new InvalidDataException($"A message of {length} bytes.");
        }

        var body = new byte[length];
        if (await stream.ReadAtLeastAsync(body, length, throwOnEndOfStream: false, cancellationToken) < length)
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(body, type);
        }
        catch (JsonException fault)
        {
            throw new InvalidDataException("A message that is no JSON of ours.", fault);
        }
        finally
        {
            // There may be secrets in it.
            body.AsSpan().Clear();
        }
    }

    /// <summary>Writes a message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="type">What it is.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task WriteAsync<T>(T message, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(message, type);
        var whole = new byte[LengthSize + body.Length];
        BinaryPrimitives.WriteInt32LittleEndian(whole, body.Length);
        body.CopyTo(whole, LengthSize);
        await _writing.WaitAsync(cancellationToken);
        try
        {
            // Half a message would make the rest unreadable.
            await stream.WriteAsync(whole, CancellationToken.None);
        }
        finally
        {
            _writing.Release();
            body.AsSpan().Clear();
            whole.AsSpan().Clear();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stream.DisposeAsync();
        _writing.Dispose();
    }
}
