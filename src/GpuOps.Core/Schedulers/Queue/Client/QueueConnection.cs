using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using GpuOps.Errors;
using GpuOps.Schedulers.Queue.Api;

namespace GpuOps.Schedulers.Queue.Client;

/// <summary>The way to a queue service: HTTP over its Unix socket.</summary>
/// <param name="location">Where it is.</param>
internal sealed class QueueConnection(QueueLocation location) : IDisposable
{
    /// <summary>Bytes from which on it is worth asking whether a request is wanted.</summary>
    private const int Large = 1 << 20;

    private static readonly TimeSpan Busy = TimeSpan.FromMilliseconds(20);

    private readonly HttpClient _http = new(new SocketsHttpHandler { ConnectCallback = (_, token) => ConnectAsync(location, token), UseProxy = false, UseCookies = false })
    {
        // A job may be followed for weeks.
        Timeout = System.Threading.Timeout.InfiniteTimeSpan,
        BaseAddress = new Uri("http://gpuops"),
    };

    /// <summary>Asks, and reads the answer.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">The path and query.</param>
    /// <param name="content">What is sent; null for nothing.</param>
    /// <param name="type">The answer's type.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<T> AskAsync<T>(HttpMethod method, string path, HttpContent? content, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(method, path, content, cancellationToken);
        try
        {
            return await response.Content.ReadFromJsonAsync(type, cancellationToken) ?? throw Unreadable(null);
        }
        catch (JsonException fault)
        {
            throw Unreadable(fault);
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException)
        {
            throw Lost(fault);
        }
    }

    /// <summary>Asks; the answer's body is the caller's to read. An error of the service is thrown.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">The path and query.</param>
    /// <param name="content">What is sent; null for nothing.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        if (content is not null)
        {
            await content.LoadIntoBufferAsync(cancellationToken);
            // What is too large is then refused before it is sent, and not by breaking off in the middle.
            request.Headers.ExpectContinue = content.Headers.ContentLength > Large;
        }

        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (HttpRequestException fault) when (fault.InnerException is GpuOpsException known)
        {
            throw new GpuOpsException(known.Id, known.Kind, known.Message, known.Target, fault);
        }
        catch (HttpRequestException fault)
        {
            throw Lost(fault);
        }

        if (response.IsSuccessStatusCode)
            return response;
        using (response)
            throw await ExplainAsync(response, cancellationToken);
    }

    /// <summary>The error of an answer that broke off.</summary>
    /// <param name="fault">How it did.</param>
    public GpuOpsException Lost(Exception fault) => new(
        "QueueServiceLost", GpuOpsErrorKind.Unreachable,
        $"The queue service at '{location.Socket}' broke off: {fault.Message} Jobs that it took go on; start it again with Start-GpuServer.", location.Socket, fault);

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private static async ValueTask<Stream> ConnectAsync(QueueLocation location, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await TryConnectAsync(location, cancellationToken) is { } stream)
                return stream;
            await Task.Delay(Busy, cancellationToken);
        }
    }

    /// <summary>Connects; null where so many are waiting to be let in that one more is turned away.</summary>
    private static async ValueTask<Stream?> TryConnectAsync(QueueLocation location, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(location.Socket), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (SocketException fault) when (fault.SocketErrorCode is SocketError.WouldBlock or SocketError.TryAgain)
        {
            socket.Dispose();
            return null;
        }
        catch (SocketException fault)
        {
            socket.Dispose();
            throw fault.SocketErrorCode == SocketError.AccessDenied
                ? new GpuOpsException("QueueServiceNotAllowed", GpuOpsErrorKind.NotAllowed, $"The queue service at '{location.Socket}' is not yours to use.", location.Socket, fault)
                : new GpuOpsException("QueueServiceNotRunning", GpuOpsErrorKind.Unreachable, $"No queue service runs at '{location.Socket}'. Start-GpuServer starts one.", location.Socket, fault);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<GpuOpsException> ExplainAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            if (await response.Content.ReadFromJsonAsync(QueueJson.Default.QueueFault, cancellationToken) is { } told)
                return new GpuOpsException(told.Id, told.Kind, told.Message);
        }
        catch (Exception fault) when (fault is JsonException or HttpRequestException or IOException or NotSupportedException)
        {
            // Then the status has to say it.
        }

        return new GpuOpsException("QueueServiceFailed", GpuOpsErrorKind.InvalidData,
            $"The queue service at '{location.Socket}' answered {(int)response.StatusCode} ({(response.StatusCode == HttpStatusCode.InternalServerError ? $"see '{location.Log}'" : response.ReasonPhrase)}).", location.Socket);
    }

    private GpuOpsException Unreadable(Exception? fault) => new(
        "QueueServiceUnreadable", GpuOpsErrorKind.InvalidData,
        $"The answer of the queue service at '{location.Socket}' cannot be read{(fault is null ? "" : $": {fault.Message}")}. Is it another version? Get-GpuServer tells.", location.Socket, fault);
}
