namespace DmDelegation.ServerStub.Hosting;

/// <summary>What <c>dmstub serve --help</c> says.</summary>
public static class ServeHelp
{
    /// <summary>The command, the admin endpoint and the test controls of DEL-380.</summary>
    public const string Text = """
        Play the DM servers of a configuration until stopped; prints one line of JSON with the bound addresses when ready.

        Admin endpoint (plain HTTP on loopback, JSON):
          GET  /servers/{id}                                       state of a server, without secrets
          POST /servers/{id}/delegate                              begin a delegation: role, peer, device, terms
          POST /servers/{id}/delegations/{delegation}/revoke       end one; also cancel, relinquish
          POST /servers/{id}/devices/{device}/commands             queue DM commands; GET /servers/{id}/tickets/{n}
          POST /servers/{id}/controls                              replace the test controls, {} for none
          PUT  /servers/{id}/peers/{peer}                          address and pin of a peer
          GET  /events?after=N&wait=SECONDS                        what has happened; POST /stop

        Test controls, of a POST or of "controls" of a server in the configuration:
          drop, delay, repeat, reorder   lists of {"type", "count", "seconds"}. type: a message type, MutualAuthentication1 or 3
                                         for one phase, answer:TYPE for its answer (drop, delay). count: how often, -1 for ever
          wrongTdk, wrongCheckToo        A hands another key to B than to the device; with a check value that hides it
          wrongTermsIn                   A changes the terms in step 3 or 6
          startBeforeAuthentication      A sends step 3 before step 2 is complete
          wrongSignature                 signatures of step 2 are spoilt
          falseComplete                  B sends step 9 with Success whatever the device says
          wrongProof                     B proves itself wrongly
          refuseNotification             step 1 is refused
          crashIn                        the program ends with code 70 when this state is saved; started again it goes on
          clockOffsetSeconds             added to the clock of the server
          towards the device             sendNoCredential, sendWrongCredential, challengeType, respUri, redirect, alertStatus,
                                         malformedBody, httpStatus, unknownDevice
        """;
}
